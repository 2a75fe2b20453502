// Officer certificate: what a node says of an officer who signs there: id, key, roles, from, until;
// no name. Travels sealed, in the attestation of the first commit of each log the officer signs in.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "crypto/base/clock.hpp"
#include "crypto/primitives.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode officer_malformed{"officer.malformed", ErrorKind::refused};
inline constexpr ErrorCode officer_signature{"officer.signature", ErrorKind::refused};

/// Bits of OfficerCertificate::roles.
enum class OfficerRole : std::uint16_t {
    entry = 1,
    supervisor = 2,
    analyst = 4,
    release = 8,
    administrator = 16,
    auditor = 32,
};
inline constexpr std::array all_officer_roles{OfficerRole::entry,   OfficerRole::supervisor,
                                              OfficerRole::analyst, OfficerRole::release,
                                              OfficerRole::administrator, OfficerRole::auditor};
constexpr std::uint16_t bit_of(OfficerRole role) {
    return static_cast<std::uint16_t>(role);
}
/// "entry", "supervisor", "analyst", "release", "administrator" or "auditor", and back.
std::string_view name_of(OfficerRole role);
std::optional<OfficerRole> officer_role_named(std::string_view name);

/// 147 bytes: suite 1, officer 16, node 16, key 32, roles 2, from 8, until 8,
/// signature 64 by the node over "officer" ‖ the bytes before it.
struct OfficerCertificate {
    static constexpr std::size_t wire_size = 147;
    OfficerId officer;
    NodeId node;
    crypto::PublicKey key;
    std::uint16_t roles = 0;
    WallTime from, until;
    crypto::Signature signature;

    bool is_in_force(WallTime at) const { return from <= at && at < until; }
};

/// The bytes of a signed certificate.
Bytes encode_officer(const OfficerCertificate& certificate);
/// Signs with the node's key and gives the bytes; `certificate.signature` is not read.
Bytes sign_officer(const OfficerCertificate& certificate, const crypto::SigningKey& node);
/// officer.malformed for other bytes, officer.signature unless `node` signed them.
Result<OfficerCertificate> decode_officer(ByteView bytes, const crypto::PublicKey& node);
/// The same of bytes that this node verified before: officer.malformed alone.
Result<OfficerCertificate> read_officer(ByteView bytes);

}  // namespace entrepot::replication
