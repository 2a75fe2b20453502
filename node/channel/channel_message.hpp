// What link and worker say to each other. The worker gives keys and unsigned commits; the link
// signs, stores, and tells how far the log has come.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "crypto/primitives.hpp"
#include "replication/log/log_id.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::node {

inline constexpr ErrorCode channel_malformed{"channel.malformed", ErrorKind::refused};
/// The link refused or failed; the context begins with its own code.
inline constexpr ErrorCode link_failed{"link.failed", ErrorKind::storage};
inline constexpr ErrorCode link_unknown_realm{"link.unknown_realm", ErrorKind::refused};

/// Which roster a message is about: zero for the administration's own, else the id of an outer one.
using RealmId = replication::AdministrationId;

/// Ties an answer to its question, in one realm.
struct Ticket {
    std::uint64_t value = 0;
    RealmId realm = {};
    friend auto operator<=>(const Ticket&, const Ticket&) = default;
};

// worker → link
struct OpenStore {
    crypto::Secret link_key;
};
struct AppendCommit {
    Ticket ticket;
    replication::LogDescriptor log;
    Bytes commit;  ///< its signature zero
};
struct AppendRoster {
    Ticket ticket;
    std::vector<Bytes> entries;
    RealmId realm = {};  ///< one that is not here yet begins with the first entry
};

// link → worker
struct Opened {};
struct Signed {
    Ticket ticket;
    crypto::Signature signature;
};
struct Stored {
    Ticket ticket;
};
struct Failed {
    Ticket ticket;  ///< 0: the store could not be opened
    std::string code;
    std::string context;
};
/// The log holds commits up to this position, the roster this many entries, durably.
struct Moved {
    std::uint64_t position = 0;
    std::uint64_t roster_length = 0;
    RealmId realm = {};
};

// worker → link
/// The views have nothing left of the erasures up to this roster length.
struct Erased {
    std::uint64_t roster_length = 0;
    RealmId realm = {};
};

/// The log on the disk is an older one: this node goes on in none of its logs of the ticket's
/// realm. Stored once that is durable.
struct EndLogs {
    Ticket ticket;
};

using ChannelMessage = std::variant<OpenStore, AppendCommit, AppendRoster, Opened, Signed, Stored,
                                    Failed, Moved, Erased, EndLogs>;

Bytes encode_message(const ChannelMessage& message);
Result<ChannelMessage> decode_message(ByteView bytes);

/// An Error for what the link reported: its own code where this program knows it, else link.failed.
Error error_of(const Failed& failed);

}  // namespace entrepot::node
