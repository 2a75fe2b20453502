#include "replication/sync/handshake.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {

Handshake::Handshake(const Replica& replica, const SessionSelf& self,
                     const crypto::TransportPublicKey& peer_key, Role role,
                     crypto::Entropy& entropy)
    : replica_(replica), sign_(self.sign), peer_key_(peer_key) {
    own_.role = role;
    own_.node = replica.self();
    own_.transport = self.transport;
    own_.challenge = entropy.fixed<message::Challenge>();
    own_.administration = replica.roster().administration();
    // Entries that are not durable yet cannot be sent: a peer would wait for them in vain.
    own_.roster_length = replica.durable_roster_length();
    own_.roster_head = replica.roster().hash_at(own_.roster_length);
}

Status Handshake::receive(const message::Hello& hello) {
    if (peer_) {
        return Error{session_unexpected, "a second hello"};
    }
    if (hello.protocol != protocol_number) {
        return Error{session_protocol, "peer speaks protocol " + std::to_string(hello.protocol)};
    }
    if (hello.role == own_.role || hello.node == own_.node || hello.challenge == own_.challenge) {
        return Error{session_role, "a hello of this node's own role or making"};
    }
    if (hello.transport != peer_key_) {
        return Error{session_transport_key, "hello names another key than the connection's"};
    }
    if (hello.administration != own_.administration) {
        return Error{session_other_administration, "peer belongs to another administration"};
    }
    const Roster& roster = replica_.roster();
    if (hello.roster_length <= own_.roster_length &&
        !roster.shared_with(hello.roster_length, hello.roster_head)) {
        return Error{session_roster_forked,
                     "rosters differ at length " + std::to_string(hello.roster_length.value)};
    }
    peer_ = hello;
    bool known = false;
    TRY(check_certificate(known));
    if (!known && hello.roster_length <= own_.roster_length) {
        return Error{session_unknown_peer,
                     "peer " + to_base32(hello.node.view()) + " is in no roster"};
    }
    return {};
}

Status Handshake::check_certificate(bool& known) const {
    const Roster& roster = replica_.roster();
    const NodeCertificate* certificate = roster.node(peer_->node);
    known = certificate != nullptr;
    if (!known) {
        return {};
    }
    if (roster.is_revoked(peer_->node)) {
        return Error{session_revoked, "peer " + to_base32(peer_->node.view()) + " is revoked"};
    }
    if (certificate->identity.transport != peer_key_) {
        return Error{session_transport_key, "the connection's key is not the certificate's"};
    }
    return {};
}

Bytes Handshake::signed_part(Role signer) const {
    const bool own_dialled = own_.role == Role::dialled;
    const message::Hello& dialler = own_dialled ? own_ : *peer_;
    const message::Hello& accepter = own_dialled ? *peer_ : own_;
    // The longer roster has the other's last entry in it, in its chain or in a settlement.
    const message::Hello& shorter = own_.roster_length <= peer_->roster_length ? own_ : *peer_;
    WireWriter out;
    out.u16(own_.protocol).u8(static_cast<std::uint8_t>(signer));
    out.fixed(dialler.node).fixed(accepter.node);
    out.fixed(dialler.transport).fixed(accepter.transport);
    out.fixed(dialler.challenge).fixed(accepter.challenge);
    out.fixed(own_.administration).u64(shorter.roster_length.value).fixed(shorter.roster_head);
    return out.take();
}

message::Proof Handshake::prove() const {
    ENSURE(peer_);
    return {sign_->sign(crypto::domain::hello, {signed_part(own_.role)})};
}

Status Handshake::receive(const message::Proof& proof) {
    if (!peer_ || proof_) {
        return Error{session_unexpected, "a proof out of place"};
    }
    proof_ = proof;
    return look_again();
}

Status Handshake::look_again() {
    if (!peer_) {
        return {};
    }
    bool known = false;
    TRY(check_certificate(known));
    const bool more_may_come = replica_.roster().length() < peer_->roster_length;
    if (!known && !more_may_come) {
        return Error{session_unknown_peer,
                     "peer " + to_base32(peer_->node.view()) + " is in no roster"};
    }
    if (!known || !proof_ || proven_) {
        return {};
    }
    const NodeCertificate& certificate = *replica_.roster().node(peer_->node);
    const Bytes content = signed_part(peer_->role);
    if (!crypto::verify(certificate.identity.sign, crypto::domain::hello, {content},
                        proof_->signature)) {
        return Error{session_proof, "peer did not sign both hellos"};
    }
    proven_ = true;
    return {};
}

}  // namespace entrepot::replication
