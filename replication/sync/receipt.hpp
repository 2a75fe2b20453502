// Receipt: a node's signed statement of what it holds durably of one compartment: number and hash
// of the last counted commit of each log, and up to which roster length it has carried out the
// erasures. Anyone with the roster can check it, so others pass it
// on. PROTOCOL.md gives the bytes. Says nothing of blobs, and nothing of what became of it later.
#pragma once

#include <vector>

#include "replication/roster/roster.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode receipt_malformed{"receipt.malformed", ErrorKind::refused};
inline constexpr ErrorCode receipt_suite{"receipt.suite", ErrorKind::refused};
inline constexpr ErrorCode receipt_administration{"receipt.administration", ErrorKind::refused};
inline constexpr ErrorCode receipt_unknown_node{"receipt.unknown_node", ErrorKind::refused};
inline constexpr ErrorCode receipt_revoked{"receipt.revoked", ErrorKind::denied};
inline constexpr ErrorCode receipt_no_right{"receipt.no_right", ErrorKind::refused};
inline constexpr ErrorCode receipt_signature{"receipt.signature", ErrorKind::refused};
/// Its maker knew a longer roster than this one: kept by nobody, and sent again later.
inline constexpr ErrorCode receipt_roster_ahead{"receipt.roster_ahead", ErrorKind::unavailable};

struct ReceiptHead {
    LogId log;
    CommitNumber number;
    Hash hash;
    friend bool operator==(const ReceiptHead&, const ReceiptHead&) = default;
};

/// Of whom, and of which compartment, there is one receipt that counts: the newest.
struct ReceiptPlace {
    NodeId node;
    CompartmentId compartment;
    friend auto operator<=>(const ReceiptPlace&, const ReceiptPlace&) = default;
};

struct Receipt {
    static constexpr std::size_t head_size = 16 + 8 + 32;
    static constexpr std::size_t fixed_size = 1 + 3 * 16 + 3 * 8 + 2 + 64;
    /// Logs in a receipt; a compartment with more of them is receipted for the first by id.
    static constexpr std::size_t heads_most = 1024;
    static constexpr std::size_t size_most = fixed_size + heads_most * head_size;

    NodeId node;
    AdministrationId administration;
    CompartmentId compartment;
    RosterLength roster_length;
    HybridTime time;
    std::vector<ReceiptHead> heads;  ///< by rising log id, each log once, numbers from 1
    crypto::Signature signature;
    /// Every erasure up to this one is carried out: nothing is left of them on the maker's disk.
    /// Not above roster_length; 0 when there was none.
    RosterLength erased = {};

    ReceiptPlace place() const { return {node, compartment}; }
    const ReceiptHead* find(const LogId& log) const;
    /// What is signed: all of encode() but the signature.
    Bytes signed_part() const;
    Bytes encode() const;
    /// Sets the signature; `key` must be that of `node`.
    void sign(const crypto::SigningKey& key);
    /// receipt.malformed for anything but canonical bytes within limits, receipt.suite for another
    /// suite than this program's.
    static Result<Receipt> decode(ByteView bytes);
    /// Whether the roster's administration and node stand behind it: the codes above. A node that
    /// is revoked now is not believed, whenever it signed.
    Status verify(const Roster& roster) const;
};

}  // namespace entrepot::replication
