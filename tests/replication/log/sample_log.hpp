// A log with keys drawn from a seed, and commits of any content for it: for tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "crypto/entropy.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::replication {

/// Gives the same bytes again and again: a salt that a page can print.
class RepeatedByte final : public crypto::Entropy {
public:
    explicit RepeatedByte(std::uint8_t byte) : byte_(byte) {}
    void fill(MutableByteView out) override { std::fill(out.begin(), out.end(), byte_); }

private:
    std::uint8_t byte_;
};

/// `count` pieces of `size` bytes, each different.
std::vector<Bytes> pieces(std::size_t count, std::size_t size);

struct SampleLog {
    explicit SampleLog(std::uint64_t seed = 1);

    /// Place of the commit with this number; `previous` is made up but for number 1.
    CommitPlace place(std::uint64_t number = 1) const;
    /// A signed commit of these packed changes.
    Bytes commit(const std::vector<Bytes>& packed, std::span<const BlobId> blobs = {});
    /// The same with officers.
    Bytes attested(const std::vector<Bytes>& packed, std::span<const SigningOfficer> officers,
                   std::string_view purpose);
    void sign(Bytes& commit) const { sign_commit(commit, key); }

    crypto::SeededEntropy entropy;
    crypto::SigningKey key;
    crypto::Secret compartment_key;
    LogDescriptor descriptor;
    CommitPlace next;
};

/// The same commit with change `index` (from 1) standing as its leaf, signature untouched.
Bytes with_erased(ByteView commit, std::uint32_t index);

/// The same commit with its root computed anew and no signature: what an author could have signed.
Bytes with_root(ByteView commit);

/// Offset of the first byte of each sealed piece of the body: attestation, change 1, change 2 …
std::vector<std::size_t> piece_offsets(ByteView commit);

}  // namespace entrepot::replication
