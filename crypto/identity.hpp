// Identity: a node's four independent key pairs, and what is public of them. The pairs are never
// converted into one another: the transport key is copied into libzmq's plain heap, so it must
// open nothing else; the courier key opens bundles and stays with a locked node, so it opens no
// compartment; the box key opens the compartments and goes with the process that reads records.
#pragma once

#include "crypto/primitives.hpp"

namespace entrepot::crypto {

using NodeId = Id<struct NodeTag>;

inline constexpr ErrorCode identity_possession{"identity.possession", ErrorKind::refused};
inline constexpr ErrorCode identity_bytes{"identity.bytes", ErrorKind::refused};

/// BLAKE2b-128("node" ‖ signing key); every reader recomputes it.
NodeId node_id_of(const PublicKey& signing);

/// 128 bytes on the wire: sign, box, transport, courier.
struct PublicIdentity {
    static constexpr std::size_t wire_size = 128;
    PublicKey sign;
    BoxPublicKey box;
    TransportPublicKey transport;
    BoxPublicKey courier;

    NodeId id() const { return node_id_of(sign); }
    Bytes encode() const;
    /// Checks all four keys (crypto.weak_key) and that they differ from one another.
    static Result<PublicIdentity> decode(ByteView bytes);
    friend bool operator==(const PublicIdentity&, const PublicIdentity&) = default;
};

/// The keys a node needs to relay: it signs, connects and opens bundles with them, and no record.
class RelayKeys {
public:
    static RelayKeys generate(Entropy& entropy);
    /// 96 bytes: seed of the signing key, secret transport key, secret courier key.
    /// identity.bytes for another length or one key twice.
    static Result<RelayKeys> from_secret(ByteView bytes);
    Secret to_secret() const;

    const SigningKey& sign() const { return sign_; }
    const TransportKey& transport() const { return transport_; }
    const BoxKey& courier() const { return courier_; }
    NodeId id() const { return node_id_of(sign_.public_key()); }

private:
    RelayKeys(SigningKey sign, TransportKey transport, BoxKey courier)
        : sign_(std::move(sign)), transport_(std::move(transport)), courier_(std::move(courier)) {}
    SigningKey sign_;
    TransportKey transport_;
    BoxKey courier_;
};

/// All keys of a node: while it is made and joins, and in tests.
class Identity {
public:
    static Identity generate(Entropy& entropy);
    /// identity.bytes when two of the keys are the same.
    static Result<Identity> join(RelayKeys relay, BoxKey box);
    Identity duplicate() const;

    const RelayKeys& relay() const { return relay_; }
    const SigningKey& sign() const { return relay_.sign(); }
    const BoxKey& box() const { return box_; }
    const TransportKey& transport() const { return relay_.transport(); }
    const BoxKey& courier() const { return relay_.courier(); }
    PublicIdentity public_part() const;
    NodeId id() const { return relay_.id(); }

private:
    Identity(RelayKeys relay, BoxKey box) : relay_(std::move(relay)), box_(std::move(box)) {}
    RelayKeys relay_;
    BoxKey box_;
};

}  // namespace entrepot::crypto
