#include "replication/log/commit_opener.hpp"

#include "replication/log/attestation_codec.hpp"
#include "replication/log/commit_builder.hpp"
#include "replication/log/commit_keys.hpp"
#include "replication/log/commit_tree.hpp"

namespace entrepot::replication {
namespace {

/// K_0 … K_n and what the header commits to.
struct PieceKeys {
    std::vector<crypto::Secret> keys;
    Hash commitment;
};

PieceKeys derive_keys(const CommitHeader& header, const crypto::Secret& compartment_key) {
    const crypto::Secret whole = commit_key(compartment_key, header);
    PieceKeys out;
    std::vector<Hash> hashes;
    out.keys.reserve(header.change_count + std::size_t{1});
    hashes.reserve(header.change_count + std::size_t{1});
    for (std::uint32_t i = 0; i <= header.change_count; ++i) {
        out.keys.push_back(piece_key(whole, i));
        hashes.push_back(key_hash(out.keys.back()));
    }
    out.commitment = key_commitment_of(hashes.front(), std::span(hashes).subspan(1));
    return out;
}

Result<Attestation> read_attestation(const crypto::Secret& key, ByteView sealed) {
    const Result<Bytes> plain = crypto::open_once(key.view(), sealed);
    if (!plain) {
        return Error{commit_attestation, plain.error().context};
    }
    return decode_attestation(*plain);
}

Result<Change> open_change(const crypto::Secret& key, const SealedChange& sealed,
                           Packing& packing) {
    if (sealed.erased) {
        return Error{change_erased, "erased by order of its administration"};
    }
    const Result<Bytes> packed = crypto::open_once(key.view(), sealed.bytes);
    if (!packed) {
        return Error{change_seal, packed.error().context};
    }
    TRY_ASSIGN(const Bytes plain, packing.unpack(*packed));
    return decode_change(plain);
}

}  // namespace

Result<OpenedCommit> open_commit(const ParsedCommit& commit, const crypto::Secret& compartment_key,
                                 Packing& packing) {
    if ((commit.header.flags & commit_must_understand) != 0) {
        return Error{commit_flags, "a commit with flags " + std::to_string(commit.header.flags)};
    }
    const PieceKeys pieces = derive_keys(commit.header, compartment_key);
    if (pieces.commitment != commit.header.key_commitment) {
        return Error{commit_key_commitment, "a commit sealed under another key than this"};
    }
    OpenedCommit out{commit.header,
                     commit_hash(commit.bytes),
                     read_attestation(pieces.keys.front(), commit.attestation),
                     {}};
    out.changes.reserve(commit.changes.size());
    for (std::size_t i = 0; i < commit.changes.size(); ++i) {
        out.changes.push_back(open_change(pieces.keys[i + 1], commit.changes[i], packing));
    }
    return out;
}

bool is_sealed_under(const CommitHeader& header, const crypto::Secret& compartment_key) {
    return derive_keys(header, compartment_key).commitment == header.key_commitment;
}

Result<Attestation> open_attestation(const ParsedCommit& commit,
                                     const crypto::Secret& compartment_key) {
    const crypto::Secret whole = commit_key(compartment_key, commit.header);
    return read_attestation(piece_key(whole, 0), commit.attestation);
}

Status verify_officer(const ParsedCommit& commit, const Attestation& attestation,
                      const OfficerSignature& signature, const crypto::PublicKey& officer) {
    return crypto::verify(officer, crypto::domain::attest,
                          {commit.bytes.first(commit_attested_size), changes_root_of(commit).view(),
                           purpose_hash(attestation.purpose).view()},
                          signature.signature);
}

}  // namespace entrepot::replication
