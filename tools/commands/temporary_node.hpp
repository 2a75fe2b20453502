// TemporaryNode: a node that runs for one command, as a process of this same program; it ends by
// itself when this process does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/commands/line/failure.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode node_not_started{"node.not_started", ErrorKind::unavailable};
inline constexpr ErrorCode node_not_stopped{"node.not_stopped", ErrorKind::unavailable};

struct TemporaryNodeOptions {
    std::string program;
    std::filesystem::path node;
    std::string service_key;         ///< empty: it waits for an unlock
    std::vector<std::string> peers;  ///< addresses to dial
};

class TemporaryNode {
public:
    static Outcome<TemporaryNode> start(const TemporaryNodeOptions& options);
    TemporaryNode(TemporaryNode&& other) noexcept;
    TemporaryNode& operator=(TemporaryNode&&) = delete;
    /// Ends the process, gently at first, if it still runs.
    ~TemporaryNode();

    int process() const { return process_; }
    /// Nothing while it runs; once it has ended, what it said last.
    Outcome<void> check();
    /// Waits until the process has ended after it was told to stop; node.not_stopped after 60 s.
    Outcome<void> wait_for_end();

private:
    TemporaryNode(int process, int messages) : process_(process), messages_(messages) {}
    bool has_ended(bool* well);
    Failure last_words() const;

    int process_ = -1;
    int messages_ = -1;  ///< what it wrote to standard error
};

/// Sleeps a few milliseconds: between two looks at a condition that has a deadline.
void pause_briefly();

}  // namespace entrepot::tools
