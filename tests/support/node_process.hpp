// NodeProcess: one node as its officers run it: `entrepot node run` in a process of its own, asked
// through its sockets. Starts and ends it as often as a test likes; the directory stays.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "node/api/http_client.hpp"
#include "tests/support/child_process.hpp"

namespace entrepot::node {

/// What a node answered; status 0 when nobody did.
struct Answered {
    unsigned status = 0;
    std::string code;  ///< of the problem, when there is one
    nlohmann::json body;

    bool is_success() const { return status >= 200 && status < 300; }
};

struct NodeProcessOptions {
    std::string program;
    std::filesystem::path directory;
    std::filesystem::path service_key;  ///< empty: an officer unlocks it
    std::string listen;              ///< empty: it only dials
    std::vector<std::string> peers;  ///< addresses to dial
    unsigned long reserve_mib = 1;   ///< room put by for a full disk
};

enum class Socket { link, worker };

class NodeProcess {
public:
    explicit NodeProcess(NodeProcessOptions options) : options_(std::move(options)) {}

    /// Starts the process and waits until it is unlocked; throws with its last words otherwise.
    void start();
    /// The same without waiting.
    void launch();
    /// Waits until link and worker answer and the node is unlocked.
    void await_unlocked();
    /// kill -9, and the end of link and worker.
    void kill_link();
    /// kill -9 of the worker alone; false when there is none.
    bool kill_worker();
    /// Ends it as an officer does.
    void stop();
    bool runs() { return process_ && process_->runs(); }

    Answered ask(Socket socket, const std::string& method, const std::string& path,
                 const nlohmann::json& body = nullptr) const;
    Answered send(const std::string& path, ByteView bytes) const;
    /// The answer's body; throws unless it is a success.
    nlohmann::json get(Socket socket, const std::string& path) const;
    nlohmann::json post(Socket socket, const std::string& path,
                        const nlohmann::json& body = nlohmann::json::object()) const;
    nlohmann::json status() const { return get(Socket::link, "/status"); }
    nlohmann::json standing() const { return get(Socket::worker, "/standing"); }

    /// Records of a database held in readable compartments, in all.
    std::uint64_t record_count(const std::string& database = "seizures") const;
    /// Whether everything stored is in the views.
    bool is_caught_up() const;
    /// Whether every dialled peer is connected and neither side has more to give.
    bool is_in_sync() const;
    /// Runs a command of the program on this node.
    Ran command(std::vector<std::string> words, const Feed& feed = {}) const;

    const std::filesystem::path& directory() const { return options_.directory; }
    NodeProcessOptions& options() { return options_; }

private:
    std::string last_words() const;
    std::filesystem::path words_file() const;
    NodeProcessOptions options_;
    std::optional<ChildProcess> process_;
};

}  // namespace entrepot::node
