// OpenNode: the link while it has its key: log store, identity, replica, writer and peers. Signs
// and stores what the worker made, and replicates. Knows no plaintext and no record.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/channel/channel_message.hpp"
#include "node/link/log_writer.hpp"
#include "node/link/peer_sessions.hpp"
#include "replication/transport/zmq_endpoint.hpp"

namespace entrepot::node {

inline constexpr ErrorCode link_no_identity{"link.no_identity", ErrorKind::storage};
inline constexpr ErrorCode link_unknown_peer{"link.unknown_peer", ErrorKind::invalid_input};

/// Where to listen and whom to dial: "tcp://host:port" (the headquarters of the roster answers
/// there) or "NODE@tcp://host:port" with the first characters of the node's id.
struct LinkAddresses {
    std::string listen;
    std::vector<std::string> peers;
};

class OpenNode {
public:
    using Answer = std::function<void(const ChannelMessage&)>;
    /// `answer` is called only in the thread that calls this object.
    static Result<std::unique_ptr<OpenNode>> open(const std::filesystem::path& log,
                                                  crypto::Secret link_key,
                                                  const LinkAddresses& addresses,
                                                  const Clock& clock, Answer answer);
    ~OpenNode();

    void append(const AppendCommit& request);
    void append(const AppendRoster& request);
    /// Waits for the network, the writer or a watched descriptor, takes what they have and goes on
    /// as far as possible. An error is the store's: the node must be opened anew from what is on
    /// disk.
    Status work();
    /// work() also returns when one of these is readable.
    void watch(std::vector<int> descriptors) { endpoint_->watch(std::move(descriptors)); }

    /// Dials and checks at once.
    void sync_now();
    Moved moved() const;
    replication::NodeId id() const { return identity_.id(); }
    const replication::Replica& replica() const { return *replica_; }
    const PeerSessions& sessions() const { return *sessions_; }
    const replication::ZmqEndpoint& endpoint() const { return *endpoint_; }
    const LogStore& store() const { return *store_; }

private:
    OpenNode(std::unique_ptr<LogStore> store, crypto::Identity identity, Answer answer)
        : store_(std::move(store)), identity_(std::move(identity)), answer_(std::move(answer)) {}
    Status start(const LinkAddresses& addresses, const Clock& clock);
    Status follow_roster();
    Status take_outcomes();
    void submit_writes();
    void fail(Ticket ticket, const Error& error);

    std::unique_ptr<LogStore> store_;
    crypto::Identity identity_;
    Answer answer_;
    std::vector<std::string> peers_;
    std::unique_ptr<replication::Replica> replica_;
    std::unique_ptr<replication::ZmqEndpoint> endpoint_;
    std::unique_ptr<PeerSessions> sessions_;
    std::unique_ptr<LogWriter> writer_;
    std::map<std::uint64_t, std::vector<Ticket>> awaiting_;  ///< by sequence of the write
    LogPosition position_;
    replication::RosterLength followed_;
};

/// The dial target that an address names under this roster; link.unknown_peer when none does.
Result<replication::DialTarget> resolve_peer(const std::string& address,
                                             const replication::Roster& roster);

}  // namespace entrepot::node
