// Opening a commit that was verified before: checks the key commitment, then each seal, then
// decodes. A change that cannot be opened, decoded or understood is quarantined with its code; the
// others of the commit stand.
#pragma once

#include <string>
#include <vector>

#include "replication/log/commit.hpp"
#include "replication/model/change.hpp"
#include "replication/model/packing.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode commit_key_commitment{"commit.key_commitment", ErrorKind::refused};
inline constexpr ErrorCode commit_flags{"commit.needs_newer_program", ErrorKind::unavailable};
inline constexpr ErrorCode commit_attestation{"commit.attestation", ErrorKind::refused};
inline constexpr ErrorCode change_seal{"change.seal", ErrorKind::refused};
inline constexpr ErrorCode change_erased{"change.erased", ErrorKind::not_found};

struct OfficerSignature {
    OfficerId officer;
    crypto::Signature signature;
};

struct Attestation {
    std::string purpose;
    std::vector<OfficerSignature> signatures;
    std::vector<Bytes> certificates;
};

struct OpenedCommit {
    CommitHeader header;
    Hash hash;
    Result<Attestation> attestation;
    std::vector<Result<Change>> changes;  ///< change i is the commit's number i, from 1
};

/// commit.needs_newer_program for flags unknown here, commit.key_commitment for the wrong key; both
/// quarantine the content of the whole commit.
Result<OpenedCommit> open_commit(const ParsedCommit& commit, const crypto::Secret& compartment_key,
                                 Packing& packing);

/// Whether the commit was sealed under that compartment key, by its key commitment.
bool is_sealed_under(const CommitHeader& header, const crypto::Secret& compartment_key);

/// The attestation alone, of a commit that this node made or opened before: the key commitment is
/// not looked at. commit.attestation when it does not open or decode.
Result<Attestation> open_attestation(const ParsedCommit& commit,
                                     const crypto::Secret& compartment_key);

/// crypto.signature unless the officer signed this commit's attested bytes, changes and purpose.
Status verify_officer(const ParsedCommit& commit, const Attestation& attestation,
                      const OfficerSignature& signature, const crypto::PublicKey& officer);

}  // namespace entrepot::replication
