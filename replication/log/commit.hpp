// Commit: a signed, sealed batch of changes; the unit of signing, durability and acknowledgement.
// FORMAT.md gives the bytes. Parsing here needs no key and opens nothing; see commit_opener.hpp.
#pragma once

#include <vector>

#include "crypto/primitives.hpp"
#include "replication/log/log_id.hpp"
#include "replication/model/hybrid_time.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode commit_truncated{"commit.truncated", ErrorKind::refused};
inline constexpr ErrorCode commit_trailing{"commit.trailing", ErrorKind::refused};
inline constexpr ErrorCode commit_magic{"commit.magic", ErrorKind::refused};
inline constexpr ErrorCode commit_suite{"commit.suite", ErrorKind::refused};
inline constexpr ErrorCode commit_change_count{"commit.change_count", ErrorKind::refused};
inline constexpr ErrorCode commit_number{"commit.number", ErrorKind::refused};
inline constexpr ErrorCode commit_size{"commit.size", ErrorKind::refused};
inline constexpr ErrorCode commit_erased_leaf{"commit.erased_leaf", ErrorKind::refused};
inline constexpr ErrorCode commit_wire_form{"commit.wire_form", ErrorKind::refused};
inline constexpr ErrorCode commit_root{"commit.root", ErrorKind::refused};
inline constexpr ErrorCode commit_signature{"commit.signature", ErrorKind::refused};

inline constexpr std::size_t commit_header_size = 228;
inline constexpr std::size_t commit_signed_size = 164;    ///< bytes under the node's signature
inline constexpr std::size_t commit_attested_size = 132;  ///< bytes under officers' signatures
inline constexpr std::size_t commit_change_limit = 256;
inline constexpr std::size_t commit_limit = 512 * 1024;
inline constexpr std::size_t sealed_change_limit = 256 * 1024;
inline constexpr std::size_t sealed_attestation_limit = 16 * 1024;
inline constexpr std::size_t commit_blob_limit = 1024;
/// An import closes a commit at this many bytes of sealed changes.
inline constexpr std::size_t commit_close_at = 64 * 1024;
/// Bits of `flags` that a reader must understand, else the content is quarantined.
inline constexpr std::uint8_t commit_must_understand = 0xf0;

/// Random for each commit, so that a number written twice never seals twice under one key.
using CommitSalt = FixedBytes<struct SaltTag, 16>;

struct CommitHeader {
    std::uint8_t suite = crypto::suite;
    std::uint8_t flags = 0;
    std::uint16_t change_count = 0;
    LogId log;
    CommitNumber number;
    Hash previous;
    HybridTime time;
    RosterLength roster_length;
    Generation generation;
    CommitSalt salt;
    Hash key_commitment;
    Hash root;
    crypto::Signature signature;
};

/// A sealed change, or the leaf that stands for an erased one.
struct SealedChange {
    bool erased = false;
    ByteView bytes;
};

/// Views into the bytes it was parsed from; those must outlive it.
struct ParsedCommit {
    ByteView bytes;
    CommitHeader header;
    std::vector<BlobId> blobs;
    ByteView attestation;
    std::vector<SealedChange> changes;
};

/// Structure and limits only; each failure has its own code above.
Result<ParsedCommit> parse_commit(ByteView bytes);
/// The header alone, of bytes that this node has verified before.
CommitHeader read_header(ByteView bytes);

/// H("hash" ‖ bytes 0…227).
Hash commit_hash(ByteView commit);
/// commit.root unless the body is what the header's root says.
Status verify_root(const ParsedCommit& commit);
/// commit.signature unless `writer` signed bytes 0…163.
Status verify_signature(const ParsedCommit& commit, const crypto::PublicKey& writer);

/// What a link carries: the commit without what the receiver restores (magic, log id, number,
/// previous, root). The same for every sender of a commit, so that a half-received one resumes
/// anywhere.
Bytes to_wire(const ParsedCommit& commit);
/// Restores the author's bytes; structure and limits are checked as by parse_commit, the root is
/// computed. commit.wire_form for a number that is not in its shortest form or above its field.
Result<Bytes> from_wire(ByteView wire, const LogId& log, CommitNumber number, const Hash& previous);

}  // namespace entrepot::replication
