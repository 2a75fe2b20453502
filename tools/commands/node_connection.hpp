// NodeConnection: a command's way to a node: through the sockets of the one that runs, else through
// a temporary one that is started, unlocked and ended again.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "node/access/node_directory.hpp"
#include "node/access/vault.hpp"
#include "tools/commands/line/command.hpp"
#include "tools/commands/temporary_node.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode node_locked{"node.locked", ErrorKind::locked};
inline constexpr ErrorCode node_answer{"node.answer", ErrorKind::unavailable};

struct ConnectionWish {
    std::filesystem::path node;
    bool worker = true;                   ///< the work needs plaintext
    bool may_start = true;                ///< false: api.no_node when none runs
    std::vector<std::string> peers = {};  ///< for a temporary node
};

/// --node or ENTREPOT_NODE; usage.no_node when there is neither.
Outcome<std::filesystem::path> node_of(const Invocation& invocation);
/// --service-key or ENTREPOT_SERVICE_KEY; empty when there is neither.
std::string service_key_of(const Invocation& invocation);
/// A service key when there is one, else a passphrase, asked for when it must be.
Outcome<node::Credential> credential_of(const Invocation& invocation, std::string_view what_for);

/// One request, one JSON answer.
struct NodeCall {
    std::string method;
    std::string path;
};

class NodeConnection {
public:
    /// node.locked when a running node wants an unlock first.
    static Outcome<NodeConnection> open(const Invocation& invocation, const ConnectionWish& wish);
    NodeConnection(NodeConnection&&) noexcept = default;
    NodeConnection& operator=(NodeConnection&&) = delete;
    ~NodeConnection();

    /// Sees to it that the worker answers and is unlocked; open() does it when the wish says so.
    /// With --officer of somebody who is not the one signed in, signs him in for this command.
    Outcome<void> reach_worker(const Invocation& invocation);
    /// Starts a worker if none runs, and waits until its socket answers.
    Outcome<void> start_worker();
    bool is_temporary() const { return temporary_ != nullptr; }
    Outcome<nlohmann::json> link(const NodeCall& call);
    Outcome<nlohmann::json> link(const NodeCall& call, const nlohmann::json& body);
    Outcome<nlohmann::json> link_bytes(const NodeCall& call, ByteView body);
    Outcome<Bytes> link_file(const NodeCall& call);
    Outcome<nlohmann::json> worker(const NodeCall& call);
    Outcome<nlohmann::json> worker(const NodeCall& call, const nlohmann::json& body);
    Outcome<nlohmann::json> worker_bytes(const NodeCall& call, ByteView body);
    /// An answer that is no JSON.
    Outcome<Bytes> worker_file(const NodeCall& call);
    /// Ends a temporary node and waits until it has; nothing for one that was running.
    Outcome<void> close();

private:
    NodeConnection(node::HttpClient link, node::HttpClient worker)
        : link_(std::move(link)), worker_(std::move(worker)) {}
    Outcome<void> reach_link(const Invocation& invocation, const ConnectionWish& wish);
    Outcome<void> start_temporary(const Invocation& invocation, const ConnectionWish& wish);

    Outcome<nlohmann::json> unlock(const Invocation& invocation);
    Outcome<void> sign_in_for_this(const Invocation& invocation, const std::string& signed_in);

    node::HttpClient link_;
    node::HttpClient worker_;
    std::string token_;  ///< of a sign-in for this command alone; empty: that of this account
    std::unique_ptr<TemporaryNode> temporary_;
};

}  // namespace entrepot::tools
