#include "replication/log/commit_builder.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "replication/log/attestation_codec.hpp"
#include "replication/log/commit_keys.hpp"
#include "replication/log/commit_tree.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t length_size = 4;

CommitHeader header_of(const CommitPlace& place, const CommitSalt& salt) {
    CommitHeader out;
    out.log = place.log;
    out.number = place.number;
    out.previous = place.previous;
    out.time = place.time;
    out.roster_length = place.roster_length;
    out.generation = place.generation;
    out.salt = salt;
    return out;
}

/// Bytes 0…131: all that officers sign of a header.
void write_attested(WireWriter& out, const CommitHeader& header) {
    out.raw(as_bytes("EPC1")).u8(header.suite).u8(header.flags).u16(header.change_count);
    out.fixed(header.log).u64(header.number.value).fixed(header.previous);
    out.u64(header.time.value).u64(header.roster_length.value).u32(header.generation.value);
    out.fixed(header.salt).fixed(header.key_commitment);
}

Attestation attest(ByteView attested, const Hash& changes_root,
                   std::span<const SigningOfficer> officers, std::string_view purpose) {
    const Hash purpose_part = purpose_hash(purpose);
    Attestation out;
    out.purpose = purpose;
    for (const SigningOfficer& officer : officers) {
        if (officer.key != nullptr) {
            out.signatures.push_back(
                {officer.officer,
                 officer.key->sign(crypto::domain::attest,
                                   {attested, changes_root.view(), purpose_part.view()})});
        }
        if (!officer.certificate.empty()) {
            out.certificates.emplace_back(officer.certificate.begin(), officer.certificate.end());
        }
    }
    return out;
}

}  // namespace

CommitBuilder::CommitBuilder(const CommitPlace& place, const crypto::Secret& compartment_key,
                             crypto::Entropy& entropy)
    : place_(place),
      salt_(entropy.fixed<CommitSalt>()),
      commit_key_(commit_key(compartment_key, header_of(place, salt_))) {
    ENSURE(place.number.value > 0);
}

bool CommitBuilder::has_room_for(std::size_t packed_size) const {
    const std::size_t sealed = packed_size + crypto::aead_overhead;
    if (keys_.empty()) {
        return sealed <= sealed_change_limit;
    }
    return keys_.size() < commit_change_limit &&
           body_.size() + length_size + sealed <= commit_close_at;
}

void CommitBuilder::add(ByteView packed) {
    const std::size_t sealed = packed.size() + crypto::aead_overhead;
    ENSURE(sealed <= sealed_change_limit && keys_.size() < commit_change_limit);
    const auto index = static_cast<std::uint32_t>(keys_.size() + 1);
    const crypto::Secret key = piece_key(commit_key_, index);
    for (std::size_t i = 0; i < length_size; ++i) {
        body_.push_back(static_cast<std::uint8_t>(sealed >> (8 * i)));
    }
    crypto::seal_once(key.view(), packed, body_);
    keys_.push_back(key_hash(key));
    leaves_.push_back(leaf_of(index, ByteView(body_).last(sealed)));
}

Bytes CommitBuilder::finish(std::span<const SigningOfficer> officers, std::string_view purpose,
                            std::span<const BlobId> blobs) {
    ENSURE(!keys_.empty() && blobs.size() <= commit_blob_limit);
    const crypto::Secret attestation_key = piece_key(commit_key_, 0);
    CommitHeader header = header_of(place_, salt_);
    header.change_count = static_cast<std::uint16_t>(keys_.size());
    header.key_commitment = key_commitment_of(key_hash(attestation_key), keys_);
    WireWriter out;
    write_attested(out, header);
    ENSURE(out.size() == commit_attested_size);

    const Hash changes_root = changes_root_of(leaves_);
    Bytes attestation;
    crypto::seal_once(attestation_key.view(),
                      encode_attestation(attest(out.view(), changes_root, officers, purpose)),
                      attestation);
    out.fixed(root_of(blobs, attestation, changes_root)).fixed(crypto::Signature{});
    out.u16(static_cast<std::uint16_t>(blobs.size()));
    for (const BlobId& blob : blobs) {
        out.fixed(blob);
    }
    out.sized32(attestation).raw(body_);
    ENSURE(out.size() <= commit_limit);
    return out.take();
}

void sign_commit(MutableByteView commit, const crypto::SigningKey& node) {
    ENSURE(commit.size() >= commit_header_size);
    const crypto::Signature signature =
        node.sign(crypto::domain::commit, {commit.first(commit_signed_size)});
    std::memcpy(commit.data() + commit_signed_size, signature.bytes.data(), signature.size);
}

}  // namespace entrepot::replication
