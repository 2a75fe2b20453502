#include "replication/log/commit.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "replication/log/commit_tree.hpp"

namespace entrepot::replication {
namespace {

constexpr std::string_view magic = "EPC1";
constexpr std::uint32_t erased_bit = 0x80000000;
constexpr std::size_t length_size = 4;

Error truncated(std::string_view what) {
    return Error{commit_truncated, "commit ends within its " + std::string(what)};
}

Error wrong_size(std::string_view what, std::size_t size) {
    return Error{commit_size,
                 std::string(what) + " of " + std::to_string(size) + " bytes or pieces"};
}

Status check_header(ByteView bytes) {
    if (bytes.size() > commit_limit) {
        return wrong_size("a commit", bytes.size());
    }
    if (bytes.size() < commit_header_size) {
        return truncated("header");
    }
    if (as_text(bytes.first(magic.size())) != magic) {
        return Error{commit_magic, "these bytes are no commit"};
    }
    if (bytes[4] != crypto::suite) {
        return Error{commit_suite, "suite " + std::to_string(bytes[4]) + " is not known here"};
    }
    return {};
}

Status check_fields(const CommitHeader& header) {
    if (header.change_count == 0 || header.change_count > commit_change_limit) {
        return Error{commit_change_count,
                     "a commit of " + std::to_string(header.change_count) + " changes"};
    }
    if (header.number.value == 0) {
        return Error{commit_number, "commits are numbered from 1"};
    }
    return {};
}

Result<std::vector<BlobId>> read_blobs(WireReader& body) {
    const std::size_t count = body.u16();
    if (!body.ok()) {
        return truncated("number of blobs");
    }
    if (count > commit_blob_limit) {
        return wrong_size("a list of blobs", count);
    }
    const ByteView ids = body.raw(count * BlobId::size);
    if (!body.ok()) {
        return truncated("blob ids");
    }
    std::vector<BlobId> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(out[i].bytes.data(), ids.data() + i * BlobId::size, BlobId::size);
    }
    return out;
}

Result<ByteView> read_attestation(WireReader& body) {
    const std::size_t size = body.u32();
    if (!body.ok()) {
        return truncated("attestation");
    }
    if (size < crypto::aead_overhead || size > sealed_attestation_limit) {
        return wrong_size("a sealed attestation", size);
    }
    const ByteView out = body.raw(size);
    if (!body.ok()) {
        return truncated("attestation");
    }
    return out;
}

Result<SealedChange> read_change(WireReader& body) {
    const std::uint32_t length = body.u32();
    if (!body.ok()) {
        return truncated("changes");
    }
    SealedChange out;
    out.erased = (length & erased_bit) != 0;
    const std::size_t size = length & ~erased_bit;
    if (out.erased && size != Hash::size) {
        return Error{commit_erased_leaf, "an erased change leaves 32 bytes"};
    }
    if (size < crypto::aead_overhead || size > sealed_change_limit) {
        return wrong_size("a sealed change", size);
    }
    out.bytes = body.raw(size);
    if (!body.ok()) {
        return truncated("changes");
    }
    return out;
}

/// The least that so many changes take: what must be there before room for them is made.
std::size_t least_size(std::size_t changes) {
    return changes * (length_size + crypto::aead_overhead);
}

}  // namespace

CommitHeader read_header(ByteView bytes) {
    ENSURE(bytes.size() >= commit_header_size);
    WireReader reader(bytes.subspan(magic.size(), commit_header_size - magic.size()));
    CommitHeader out;
    out.suite = reader.u8();
    out.flags = reader.u8();
    out.change_count = reader.u16();
    out.log = reader.fixed<LogId>();
    out.number = {reader.u64()};
    out.previous = reader.fixed<Hash>();
    out.time = {reader.u64()};
    out.roster_length = {reader.u64()};
    out.generation = {reader.u32()};
    out.salt = reader.fixed<CommitSalt>();
    out.key_commitment = reader.fixed<Hash>();
    out.root = reader.fixed<Hash>();
    out.signature = reader.fixed<crypto::Signature>();
    return out;
}

Result<ParsedCommit> parse_commit(ByteView bytes) {
    TRY(check_header(bytes));
    ParsedCommit out;
    out.bytes = bytes;
    out.header = read_header(bytes);
    TRY(check_fields(out.header));
    WireReader body(bytes.subspan(commit_header_size));
    TRY_ASSIGN(out.blobs, read_blobs(body));
    TRY_ASSIGN(out.attestation, read_attestation(body));
    if (body.rest().size() < least_size(out.header.change_count)) {
        return truncated("changes");
    }
    out.changes.reserve(out.header.change_count);
    for (std::size_t i = 0; i < out.header.change_count; ++i) {
        TRY_ASSIGN(SealedChange change, read_change(body));
        out.changes.push_back(change);
    }
    if (!body.rest().empty()) {
        return Error{commit_trailing, std::to_string(body.rest().size()) +
                                          " bytes after the last change of a commit"};
    }
    return out;
}

Hash commit_hash(ByteView commit) {
    ENSURE(commit.size() >= commit_header_size);
    return crypto::hash(crypto::domain::hash, {commit.first(commit_header_size)});
}

Status verify_root(const ParsedCommit& commit) {
    if (root_of(commit.blobs, commit.attestation, changes_root_of(commit)) != commit.header.root) {
        return Error{commit_root, "the body of a commit is not what its header says"};
    }
    return {};
}

Status verify_signature(const ParsedCommit& commit, const crypto::PublicKey& writer) {
    if (!crypto::verify(writer, crypto::domain::commit, {commit.bytes.first(commit_signed_size)},
                        commit.header.signature)) {
        return Error{commit_signature, "a commit that its log's node did not sign"};
    }
    return {};
}

}  // namespace entrepot::replication
