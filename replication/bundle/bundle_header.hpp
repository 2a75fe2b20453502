// Bundle header: who made a bundle, for whom, and the key of its frames sealed to each of them.
// Signed by the sender; says nothing about what the frames hold. BUNDLE.md gives the bytes.
#pragma once

#include "crypto/identity.hpp"
#include "replication/model/hybrid_time.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode bundle_malformed{"bundle.malformed", ErrorKind::refused};
inline constexpr ErrorCode bundle_suite{"bundle.suite", ErrorKind::refused};
inline constexpr ErrorCode bundle_signature{"bundle.signature", ErrorKind::refused};
inline constexpr ErrorCode bundle_not_for_this_node{"bundle.not_for_this_node", ErrorKind::denied};
inline constexpr ErrorCode bundle_key{"bundle.key", ErrorKind::refused};
inline constexpr ErrorCode bundle_recipients{"bundle.recipients", ErrorKind::invalid_input};

using BundleId = FixedBytes<struct BundleIdTag, 16>;

inline constexpr std::size_t bundle_recipient_limit = 16;

struct BundleRecipient {
    NodeId node;
    crypto::BoxPublicKey courier;
};

struct BundleHeader {
    BundleId id;
    AdministrationId administration;
    crypto::PublicKey sender;  ///< signing key; its node id must stand in the roster
    RosterLength roster_length;
    HybridTime time;
    std::vector<NodeId> recipients;
    Hash key_commitment;
};

/// Largest header: 16 recipients.
inline constexpr std::size_t bundle_header_limit =
    4 + 1 + 16 + 16 + 32 + 8 + 8 + 1 + bundle_recipient_limit * (16 + 80) + 32 + 64;

/// What a sender says of a new bundle.
struct BundleOrigin {
    AdministrationId administration;
    RosterLength roster_length;
    HybridTime time;
};

struct SealedHeader {
    Bytes bytes;
    crypto::Secret key;  ///< of the frames, 32 bytes
};
/// Draws id and key, seals the key to each recipient and signs. bundle.recipients for none, over
/// 16, or one twice.
Result<SealedHeader> make_bundle_header(const BundleOrigin& origin,
                                        const crypto::SigningKey& sender,
                                        std::span<const BundleRecipient> recipients,
                                        crypto::Entropy& entropy);

struct OpenedHeader {
    BundleHeader header;
    crypto::Secret key;
    std::size_t size = 0;  ///< of the header in the file
};
/// Nothing while `file` is too short to hold the header. In this order: bundle.malformed,
/// bundle.suite, bundle.signature (by the key the header itself names: the reader of the frames
/// checks that key against the roster), bundle.not_for_this_node, bundle.key when the envelope
/// for this node does not open to the key committed to.
Result<std::optional<OpenedHeader>> open_bundle_header(ByteView file,
                                                       const crypto::RelayKeys& self);

}  // namespace entrepot::replication
