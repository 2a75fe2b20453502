#include "replication/roster/officer_certificate.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t signed_size = OfficerCertificate::wire_size - crypto::Signature::size;

}  // namespace

Bytes sign_officer(const OfficerCertificate& certificate, const crypto::SigningKey& node) {
    WireWriter out;
    out.u8(crypto::suite).fixed(certificate.officer).fixed(certificate.node).fixed(certificate.key);
    out.u16(certificate.roles).u64(static_cast<std::uint64_t>(certificate.from.ms));
    out.u64(static_cast<std::uint64_t>(certificate.until.ms));
    out.fixed(node.sign(crypto::domain::officer, {out.view()}));
    return out.take();
}

Result<OfficerCertificate> decode_officer(ByteView bytes, const crypto::PublicKey& node) {
    WireReader in(bytes);
    const std::uint8_t suite = in.u8();
    OfficerCertificate out;
    out.officer = in.fixed<OfficerId>();
    out.node = in.fixed<NodeId>();
    out.key = in.fixed<crypto::PublicKey>();
    out.roles = in.u16();
    out.from.ms = static_cast<std::int64_t>(in.u64());
    out.until.ms = static_cast<std::int64_t>(in.u64());
    out.signature = in.fixed<crypto::Signature>();
    if (!in.finish("officer's certificate") || suite != crypto::suite ||
        out.node != crypto::node_id_of(node)) {
        return Error{officer_malformed, "not an officer's certificate of that node"};
    }
    if (!crypto::verify(node, crypto::domain::officer, {bytes.first(signed_size)}, out.signature)) {
        return Error{officer_signature, "an officer's certificate that its node did not sign"};
    }
    return out;
}

}  // namespace entrepot::replication
