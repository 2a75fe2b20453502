// Author: makes this node's own commits: seals changes, lets the officer sign, has the link sign
// and store. One log a compartment. Knows the tips of its logs; the link alone knows the key.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "node/channel/channel_message.hpp"
#include "node/channel/frame_channel.hpp"
#include "node/journal/projector.hpp"
#include "replication/log/commit_builder.hpp"

namespace entrepot::node {

inline constexpr ErrorCode author_no_right{"author.no_right", ErrorKind::denied};
inline constexpr ErrorCode author_silent_link{"author.silent_link", ErrorKind::unavailable};

/// Who signs; none for what the node does by itself.
struct Signer {
    replication::OfficerId officer;
    const crypto::SigningKey* key = nullptr;
    ByteView certificate;
    /// The newest certificate of each other officer of this node, those who left too: goes along in
    /// a log that knows an older one of him.
    std::vector<std::pair<replication::OfficerId, Bytes>> others = {};
};

/// A change with its packed plaintext, so that packing can be done in another thread.
struct PackedChange {
    replication::Change change;
    Bytes packed;
};

class Author {
public:
    /// `channel` is shared with the worker's loop: frames that arrive while a signature is awaited
    /// are kept for take_kept().
    Author(FrameChannel& channel, const LogStore& log, const Keyring& keys,
           const replication::Roster& roster, const Clock& clock);
    /// The realm its commits are of; the administration's own when nobody says.
    void set_realm(const RealmId& realm) { realm_ = realm; }
    /// How long the link may take to sign (30 s) before a save is given up: author.silent_link.
    void set_longest_silence(std::chrono::milliseconds time) { longest_silence_ = time; }

    /// What a log of this node has said of an officer, if anything: from the views.
    using KnownCertificate = std::function<std::optional<Bytes>(const replication::LogId&,
                                                                const replication::OfficerId&)>;
    void set_known(KnownCertificate known) { known_ = std::move(known); }

    /// Reads the tips of this node's logs from the store; also after the link reported a failure.
    Status read_tips();

    /// Makes commits of these changes (all of one compartment) in its log: as many as the limits
    /// need, in order. Gives the ticket of the last; the dots and changes go into `own`.
    /// author.no_right without the right to write or without its key. A log that was ended
    /// meanwhile is followed by another incarnation.
    Result<Ticket> save(const replication::CompartmentId& compartment,
                        std::vector<PackedChange> changes, const std::optional<Signer>& signer,
                        OwnChanges& own, std::string_view purpose = {});
    /// Has the link check and store roster entries, of this realm or of another.
    Result<Ticket> append_roster(std::vector<Bytes> entries, const RealmId& into);

    /// Has the link note that this node goes on in none of its logs of this realm; waits until that
    /// is durable. author.silent_link, and the store's codes.
    Status end_logs();

    /// Frames that came meanwhile, for the worker's loop.
    std::deque<ChannelMessage> take_kept() { return std::exchange(kept_, {}); }
    /// Adopts a time seen in another's commit, so that ours come after it.
    void adopt(replication::HybridTime seen) { clock_.adopt(seen, wall_.wall()); }
    replication::HybridTime now() { return clock_.next(wall_.wall()); }

private:
    struct Tip {
        replication::LogDescriptor descriptor;
        replication::CommitNumber number;
        Hash hash;
    };
    Tip& tip_of(const replication::CompartmentId& compartment);
    Result<Ticket> send_commit(Tip& tip, Bytes unsigned_commit);
    Result<ChannelMessage> await_answer(Ticket ticket);
    struct Statement {
        const std::optional<Signer>& signer;
        std::string_view purpose;
    };
    std::vector<replication::SigningOfficer> officers_for(const replication::LogId& log,
                                                          const Signer& signer);
    std::optional<Bytes> introduced(const replication::LogId& log,
                                    const replication::OfficerId& officer) const;
    Result<Bytes> seal_some(const Tip& tip, std::span<const PackedChange> changes,
                            std::size_t& taken, const Statement& statement);
    Result<std::set<replication::LogId>> closed_logs() const;

    FrameChannel& channel_;
    const LogStore& log_;
    const Keyring& keys_;
    const replication::Roster& roster_;
    const Clock& wall_;
    replication::HybridClock clock_;
    crypto::SystemEntropy entropy_;
    std::map<replication::CompartmentId, Tip> tips_;
    std::set<replication::LogId> closed_;  ///< the link said so; it may not be on the disk yet
    /// Certificates sent since the tips were read; the views may not know them yet.
    std::map<std::pair<replication::LogId, replication::OfficerId>, Bytes> introduced_;
    KnownCertificate known_;
    std::deque<ChannelMessage> kept_;
    RealmId realm_;
    std::uint64_t next_ticket_ = 1;
    std::chrono::milliseconds longest_silence_{30'000};
};

}  // namespace entrepot::node
