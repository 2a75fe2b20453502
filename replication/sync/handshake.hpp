// Handshake: who the peer is, before it gets anything. Both sides sign both hellos; a hello that is
// played back fails by its role and by the challenge. Does not decide what the peer may have.
#pragma once

#include "replication/sync/message.hpp"

namespace entrepot::replication {

class Handshake {
public:
    Handshake(const Replica& replica, const SessionSelf& self,
              const crypto::TransportPublicKey& peer_key, Role role, crypto::Entropy& entropy);

    const message::Hello& own() const { return own_; }
    /// Checks the peer's hello against what is known; session.* says what is wrong with it. A peer
    /// without certificate here passes for now if its roster is longer.
    Status receive(const message::Hello& hello);
    bool has_hello() const { return peer_.has_value(); }
    /// This side's signature; needs the peer's hello.
    message::Proof prove() const;
    /// Keeps the peer's signature and checks it as soon as its certificate is here.
    Status receive(const message::Proof& proof);
    bool has_proof() const { return proof_.has_value(); }
    /// Checks again after the roster grew; session.unknown_peer once nothing more can come.
    Status look_again();
    bool is_proven() const { return proven_; }

    const NodeId& peer() const { return peer_->node; }
    RosterLength peer_roster() const { return peer_->roster_length; }

private:
    Bytes signed_part(Role signer) const;
    Status check_certificate(bool& known) const;

    const Replica& replica_;
    const crypto::SigningKey* sign_;
    crypto::TransportPublicKey peer_key_;
    message::Hello own_;
    std::optional<message::Hello> peer_;
    std::optional<message::Proof> proof_;
    bool proven_ = false;
};

}  // namespace entrepot::replication
