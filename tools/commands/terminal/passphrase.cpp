#include "tools/commands/terminal/passphrase.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "node/access/node_directory.hpp"

namespace entrepot::tools {
namespace {

constexpr std::size_t passphrase_limit = 1024;

Outcome<crypto::Secret> read_from(const std::filesystem::path& path) {
    auto bytes = node::read_file(path, passphrase_limit);
    if (!bytes) {
        return Error{passphrase_unreadable, bytes.error().context};
    }
    const auto end = std::find_if(bytes->begin(), bytes->end(),
                                  [](std::uint8_t c) { return c == '\n' || c == '\r'; });
    auto out = crypto::Secret::copy_of(
        ByteView(*bytes).first(static_cast<std::size_t>(end - bytes->begin())));
    crypto::wipe(*bytes);
    if (out.empty()) {
        return Error{passphrase_unreadable, path.string() + ": the first line is empty"};
    }
    return out;
}

std::filesystem::path credential_of(const Surroundings& surroundings) {
    if (surroundings.credentials_directory.empty()) {
        return {};
    }
    const auto path =
        std::filesystem::path(surroundings.credentials_directory) / "entrepot.passphrase";
    std::error_code failed;
    return std::filesystem::exists(path, failed) ? path : std::filesystem::path();
}

/// The controlling terminal with echo off until this ends.
class QuietTerminal {
public:
    QuietTerminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (file_ >= 0 && ::tcgetattr(file_, &before_) == 0) {
            termios quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            quiet.c_lflag |= ECHONL;
            changed_ = ::tcsetattr(file_, TCSAFLUSH, &quiet) == 0;
        }
    }
    ~QuietTerminal() {
        if (changed_) {
            ::tcsetattr(file_, TCSAFLUSH, &before_);
        }
        if (file_ >= 0) {
            ::close(file_);
        }
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

    bool is_there() const { return changed_; }
    void say(std::string_view text) const {
        if (::write(file_, text.data(), text.size()) < 0) {
            return;  // a terminal that cannot show the question may still give the answer
        }
    }
    crypto::Secret read_line() const {
        crypto::Secret line(passphrase_limit);
        std::size_t size = 0;
        std::uint8_t byte = 0;
        while (size < passphrase_limit && ::read(file_, &byte, 1) == 1 && byte != '\n') {
            line.mutable_view()[size++] = byte;
        }
        return crypto::Secret::copy_of(line.view().first(size));
    }

private:
    int file_;
    termios before_{};
    bool changed_ = false;
};

Outcome<crypto::Secret> ask(std::string_view what_for, PassphraseUse use) {
    const QuietTerminal terminal;
    if (!terminal.is_there()) {
        return Error{passphrase_none, "no passphrase for " + std::string(what_for) +
                                          ": give --passphrase-file FILE or --service-key FILE, or "
                                          "use a terminal"};
    }
    terminal.say("Passphrase for " + std::string(what_for) + ": ");
    crypto::Secret first = terminal.read_line();
    if (use == PassphraseUse::fresh) {
        terminal.say("The same once more: ");
        if (!first.equals(terminal.read_line().view())) {
            return Error{passphrase_differs, "the two passphrases differ; nothing was made"};
        }
    }
    return first;
}

}  // namespace

bool has_passphrase(const Invocation& invocation) {
    return invocation.arguments.has("passphrase-file") ||
           !credential_of(invocation.surroundings).empty();
}

Outcome<crypto::Secret> read_passphrase_file(const std::string& path) {
    return read_from(path);
}

Outcome<crypto::Secret> read_passphrase(const Invocation& invocation, std::string_view what_for,
                                        PassphraseUse use) {
    if (invocation.arguments.has("passphrase-file")) {
        return read_from(invocation.arguments.text("passphrase-file"));
    }
    const auto credential = credential_of(invocation.surroundings);
    return credential.empty() ? ask(what_for, use) : read_from(credential);
}

Outcome<crypto::Secret> read_new_passphrase(const Invocation& invocation,
                                            std::string_view what_for) {
    return invocation.arguments.has("new-passphrase-file")
               ? read_from(invocation.arguments.text("new-passphrase-file"))
               : ask("the new passphrase of " + std::string(what_for), PassphraseUse::fresh);
}

}  // namespace entrepot::tools
