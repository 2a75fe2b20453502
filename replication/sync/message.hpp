// Message: what travels between two sessions: a sequence number and one or more parts. PROTOCOL.md
// gives the bytes. Reading allocates only what the bytes at hand justify; views live as long as
// they.
#pragma once

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "crypto/base/wire.hpp"
#include "replication/log/fork.hpp"
#include "replication/log/heads.hpp"
#include "replication/sync/session.hpp"

namespace entrepot::replication::message {

inline constexpr std::size_t entries_most = 1024;  ///< roster entries in a part
inline constexpr std::size_t heads_most = 1024;    ///< heads in a part
inline constexpr std::size_t wants_most = 1024;    ///< wants in a part
inline constexpr std::size_t acknowledged_most = 1024;
inline constexpr std::size_t receipts_most = 1024;
inline constexpr std::size_t bucket_count = 256;
inline constexpr std::size_t reason_most = 64;

using Challenge = FixedBytes<struct ChallengeTag, 32>;
using BucketDigest = FixedBytes<struct BucketDigestTag, 8>;

struct Hello {
    std::uint16_t protocol = protocol_number;
    Role role = Role::dialled;
    NodeId node;
    crypto::TransportPublicKey transport;
    Challenge challenge;
    AdministrationId administration;
    RosterLength roster_length;
    Hash roster_head;
};
struct Proof {
    crypto::Signature signature;
};
struct RosterEntries {
    RosterLength before_first;
    std::vector<ByteView> entries;
};
struct Fork {
    ByteView proof;
};
/// The sender's own commit at a number where the peer holds another.
struct Claim {
    LogDescriptor descriptor;
    ByteView header;
};
struct Digest {
    std::uint64_t round = 0;
    RosterLength roster_length;
    std::uint64_t log_count = 0;
    Hash digest;
};
struct Buckets {
    std::uint64_t round = 0;
    std::array<BucketDigest, bucket_count> digests{};
};
struct HeadList {
    std::uint64_t round = 0;
    bool last = false;
    std::vector<Head> heads;
};
struct WantedLog {
    LogId log;
    CommitNumber from;
    HashPrefix before;         ///< of commit from - 1 as held; zero for from = 1
    std::uint64_t offset = 0;  ///< bytes of the wire form of `from` held already
};
struct Want {
    std::vector<WantedLog> logs;
};
struct AcknowledgedLog {
    std::uint32_t index = 0;
    CommitNumber number;
    HashPrefix hash;
};
struct Acknowledge {
    std::uint64_t credit = 0;  ///< bytes of frames that the peer may have sent in all
    std::vector<AcknowledgedLog> logs;
};
struct Check {
    RosterLength roster_length;
    Hash digest;
};
struct CheckReply {
    bool equal = false;
};
struct Frame {
    Lane lane = Lane::records;
    bool wants_credit = false;  ///< the sender stops here for want of credit
    ByteView bytes;
};
struct Bye {
    std::string reason;
};

/// Of which nodes and compartments the sender keeps a receipt, and of when.
struct ReceiptsHeld {
    struct Place {
        NodeId node;
        CompartmentId compartment;
        HybridTime time;
    };
    std::vector<Place> places;
};
struct SignedReceipt {
    ByteView bytes;
};

using Part = std::variant<Hello, Proof, RosterEntries, Fork, Claim, Digest, Buckets, HeadList, Want,
                          Acknowledge, Check, CheckReply, Frame, Bye, ReceiptsHeld, SignedReceipt>;

/// Appends one part: its type and its fields.
void write_part(WireWriter& out, const Part& part);
/// Reads one part off the front. session.malformed for unknown types and anything not canonical,
/// session.oversized for counts and lengths over the limits.
Result<Part> read_part(WireReader& in);

/// Unsigned LEB128 of at most ten bytes; reading fails unless it is the shortest form.
void write_varint(WireWriter& out, std::uint64_t value);
std::uint64_t read_varint(WireReader& in);

}  // namespace entrepot::replication::message
