#include "replication/log/attestation_codec.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "replication/log/commit_builder.hpp"

namespace entrepot::replication {

Bytes encode_attestation(const Attestation& attestation) {
    ENSURE(attestation.purpose.size() <= purpose_limit);
    ENSURE(attestation.signatures.size() <= officer_limit);
    ENSURE(attestation.certificates.size() <= officer_limit);
    WireWriter writer;
    writer.sized16(as_bytes(attestation.purpose));
    writer.u8(static_cast<std::uint8_t>(attestation.signatures.size()));
    for (const OfficerSignature& signature : attestation.signatures) {
        writer.fixed(signature.officer).fixed(signature.signature);
    }
    writer.u8(static_cast<std::uint8_t>(attestation.certificates.size()));
    for (const Bytes& certificate : attestation.certificates) {
        ENSURE(!certificate.empty() && certificate.size() <= certificate_limit);
        writer.sized16(certificate);
    }
    return writer.take();
}

Result<Attestation> decode_attestation(ByteView bytes) {
    WireReader reader(bytes);
    Attestation out;
    out.purpose = as_text(reader.sized16(purpose_limit));
    const std::size_t signatures = reader.u8();
    if (signatures > officer_limit) {
        reader.fail_limit();
    }
    for (std::size_t i = 0; i < signatures && reader.ok(); ++i) {
        const auto officer = reader.fixed<OfficerId>();
        out.signatures.push_back({officer, reader.fixed<crypto::Signature>()});
    }
    const std::size_t certificates = reader.u8();
    if (certificates > officer_limit) {
        reader.fail_limit();
    }
    for (std::size_t i = 0; i < certificates && reader.ok(); ++i) {
        const ByteView certificate = reader.sized16(certificate_limit);
        if (certificate.empty()) {
            reader.fail_limit();
        }
        out.certificates.emplace_back(certificate.begin(), certificate.end());
    }
    if (const Status whole = reader.finish("attestation"); !whole) {
        return Error{commit_attestation, whole.error().context};
    }
    return out;
}

}  // namespace entrepot::replication
