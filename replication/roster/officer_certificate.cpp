#include "replication/roster/officer_certificate.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t signed_size = OfficerCertificate::wire_size - crypto::Signature::size;

constexpr std::array<std::string_view, all_officer_roles.size()> role_names{
    "entry", "supervisor", "analyst", "release", "administrator", "auditor"};

void write_signed_part(const OfficerCertificate& certificate, WireWriter& out) {
    out.u8(crypto::suite).fixed(certificate.officer).fixed(certificate.node).fixed(certificate.key);
    out.u16(certificate.roles).u64(static_cast<std::uint64_t>(certificate.from.ms));
    out.u64(static_cast<std::uint64_t>(certificate.until.ms));
}

Error malformed() {
    return {officer_malformed, "not an officer's certificate of that node"};
}

}  // namespace

std::string_view name_of(OfficerRole role) {
    for (std::size_t at = 0; at < role_names.size(); ++at) {
        if (all_officer_roles[at] == role) {
            return role_names[at];
        }
    }
    return "";
}

std::optional<OfficerRole> officer_role_named(std::string_view name) {
    for (std::size_t at = 0; at < role_names.size(); ++at) {
        if (role_names[at] == name) {
            return all_officer_roles[at];
        }
    }
    return std::nullopt;
}

Bytes encode_officer(const OfficerCertificate& certificate) {
    WireWriter out;
    write_signed_part(certificate, out);
    return out.fixed(certificate.signature).take();
}

Bytes sign_officer(const OfficerCertificate& certificate, const crypto::SigningKey& node) {
    WireWriter out;
    write_signed_part(certificate, out);
    out.fixed(node.sign(crypto::domain::officer, {out.view()}));
    return out.take();
}

Result<OfficerCertificate> read_officer(ByteView bytes) {
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
    if (!in.finish("officer's certificate") || suite != crypto::suite) {
        return malformed();
    }
    return out;
}

Result<OfficerCertificate> decode_officer(ByteView bytes, const crypto::PublicKey& node) {
    TRY_ASSIGN(const OfficerCertificate out, read_officer(bytes));
    if (out.node != crypto::node_id_of(node)) {
        return malformed();
    }
    if (!crypto::verify(node, crypto::domain::officer, {bytes.first(signed_size)}, out.signature)) {
        return Error{officer_signature, "an officer's certificate that its node did not sign"};
    }
    return out;
}

}  // namespace entrepot::replication
