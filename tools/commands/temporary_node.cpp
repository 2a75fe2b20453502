#include "tools/commands/temporary_node.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace entrepot::tools {
namespace {

using namespace std::chrono_literals;
constexpr auto end_within = 60s;

std::vector<std::string> words_of(const TemporaryNodeOptions& options) {
    std::vector<std::string> words{options.program, "node", "run", options.node.string(),
                                   "--temporary"};
    if (!options.service_key.empty()) {
        words.insert(words.end(), {"--service-key", options.service_key});
    }
    for (const std::string& peer : options.peers) {
        words.insert(words.end(), {"--peer", peer});
    }
    return words;
}

/// Starts the program with nothing but the given file for its messages; 0 or an errno.
int spawn(std::vector<std::string> words, int messages, pid_t& process) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    const int failed =
        ::posix_spawn(&process, arguments.front(), &actions, nullptr, arguments.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return failed;
}

ErrorKind kind_of_exit(int code) {
    for (const auto kind : {ErrorKind::invalid_input, ErrorKind::refused, ErrorKind::denied,
                            ErrorKind::not_found, ErrorKind::conflict, ErrorKind::storage}) {
        if (exit_code(kind) == code) {
            return kind;
        }
    }
    return ErrorKind::unavailable;
}

std::string read_all(int file) {
    std::string out;
    std::array<char, 4096> block{};
    ::lseek(file, 0, SEEK_SET);
    for (ssize_t got = 0; (got = ::read(file, block.data(), block.size())) > 0;) {
        out.append(block.data(), static_cast<std::size_t>(got));
    }
    return out;
}

/// The code and the message of the last line "entrepot: CODE: message".
void take_message(const std::string& text, Failure& failure) {
    constexpr std::string_view start = "entrepot: ";
    const auto line = text.rfind(start);
    const auto colon = line == std::string::npos ? line : text.find(": ", line + start.size());
    if (colon == std::string::npos) {
        return;
    }
    failure.code = text.substr(line + start.size(), colon - line - start.size());
    failure.message = text.substr(colon + 2, text.find('\n', colon) - colon - 2);
}

}  // namespace

void pause_briefly() {
    constexpr int milliseconds = 5;
    ::poll(nullptr, 0, milliseconds);
}

Outcome<TemporaryNode> TemporaryNode::start(const TemporaryNodeOptions& options) {
    const int messages = ::memfd_create("messages", MFD_CLOEXEC);
    if (messages < 0) {
        return Error{node_not_started, "the system gives no memory file"};
    }
    TemporaryNode out(-1, messages);
    pid_t process = -1;
    if (const int failed = spawn(words_of(options), messages, process); failed != 0) {
        return Error{node_not_started, "cannot start " + options.program + ": " +
                                           std::generic_category().message(failed)};
    }
    out.process_ = process;
    return out;
}

TemporaryNode::TemporaryNode(TemporaryNode&& other) noexcept
    : process_(std::exchange(other.process_, -1)), messages_(std::exchange(other.messages_, -1)) {}

TemporaryNode::~TemporaryNode() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        const auto until = std::chrono::steady_clock::now() + end_within;
        bool well = false;
        while (!has_ended(&well) && std::chrono::steady_clock::now() < until) {
            pause_briefly();
        }
    }
    if (messages_ >= 0) {
        ::close(messages_);
    }
}

bool TemporaryNode::has_ended(bool* well) {
    if (process_ <= 0) {
        return true;
    }
    int state = 0;
    if (::waitpid(process_, &state, WNOHANG) == 0) {
        return false;
    }
    *well = WIFEXITED(state) && WEXITSTATUS(state) == 0;
    process_ = *well ? 0 : -(WIFEXITED(state) ? WEXITSTATUS(state) : 255);
    return true;
}

Failure TemporaryNode::last_words() const {
    Failure out(Error{node_not_started, "the node ended before it could be asked"});
    out.kind = kind_of_exit(-process_);
    take_message(read_all(messages_), out);
    return out;
}

Outcome<void> TemporaryNode::check() {
    bool well = false;
    if (has_ended(&well)) {
        return last_words();
    }
    return {};
}

Outcome<void> TemporaryNode::wait_for_end() {
    const auto until = std::chrono::steady_clock::now() + end_within;
    bool well = false;
    while (!has_ended(&well)) {
        if (std::chrono::steady_clock::now() > until) {
            return Error{node_not_stopped, "the temporary node was told to stop and still runs"};
        }
        pause_briefly();
    }
    if (!well) {
        return last_words();
    }
    return {};
}

}  // namespace entrepot::tools
