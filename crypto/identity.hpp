// Identity: a node's three independent key pairs, and what is public of them. The pairs are never
// converted into one another: the transport key is copied into libzmq's plain heap, so it must
// open nothing else.
#pragma once

#include "crypto/primitives.hpp"

namespace entrepot::crypto {

using NodeId = Id<struct NodeTag>;

inline constexpr ErrorCode identity_possession{"identity.possession", ErrorKind::refused};
inline constexpr ErrorCode identity_bytes{"identity.bytes", ErrorKind::refused};

/// BLAKE2b-128("node" ‖ signing key); every reader recomputes it.
NodeId node_id_of(const PublicKey& signing);

/// 96 bytes on the wire: sign, box, transport.
struct PublicIdentity {
    static constexpr std::size_t wire_size = 96;
    PublicKey sign;
    BoxPublicKey box;
    TransportPublicKey transport;

    NodeId id() const { return node_id_of(sign); }
    Bytes encode() const;
    /// Checks all three keys (crypto.weak_key) and that they differ from one another.
    static Result<PublicIdentity> decode(ByteView bytes);
    friend bool operator==(const PublicIdentity&, const PublicIdentity&) = default;
};

class Identity {
public:
    static Identity generate(Entropy& entropy);
    /// 96 bytes: seed of the signing key, secret box key, secret transport key.
    static Result<Identity> from_secret(ByteView bytes);
    Secret to_secret() const;

    const SigningKey& sign() const { return sign_; }
    const BoxKey& box() const { return box_; }
    const TransportKey& transport() const { return transport_; }
    PublicIdentity public_part() const;
    NodeId id() const { return node_id_of(sign_.public_key()); }

private:
    Identity(SigningKey sign, BoxKey box, TransportKey transport)
        : sign_(std::move(sign)), box_(std::move(box)), transport_(std::move(transport)) {}
    SigningKey sign_;
    BoxKey box_;
    TransportKey transport_;
};

}  // namespace entrepot::crypto
