// The program: makes a safe process of it, looks at its surroundings once, and runs one command.
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "crypto/primitives.hpp"
#include "tools/commands/program.hpp"

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

entrepot::tools::Surroundings look_around(const char* called) {
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    return {failed ? called : program.string(), environment("ENTREPOT_NODE"),
            environment("ENTREPOT_SERVICE_KEY"), environment("CREDENTIALS_DIRECTORY")};
}

entrepot::tools::ConsoleStreams standard_streams() {
    entrepot::tools::ConsoleStreams out{std::cin, std::cout, std::cerr};
    out.in_is_terminal = ::isatty(STDIN_FILENO) != 0;
    out.out_is_terminal = ::isatty(STDOUT_FILENO) != 0;
    out.err_is_terminal = ::isatty(STDERR_FILENO) != 0;
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) {
        out.columns = size.ws_col;
    }
    return out;
}

}  // namespace

int main(int count, char** words) {
    entrepot::crypto::harden_process();
    ::umask(077);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // a limit on a file's size is an error like a full disk
    std::setlocale(LC_ALL, "");
    std::ios::sync_with_stdio(false);
    if (!entrepot::crypto::initialise()) {
        std::cerr << "entrepot: crypto.start: the cryptographic library does not start\n";
        return 1;
    }
    entrepot::tools::Console console(standard_streams());
    return entrepot::tools::run_program(entrepot::tools::all_commands(), {words + 1, words + count},
                                        console, look_around(words[0]));
}
