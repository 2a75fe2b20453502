#include "tests/replication/log/sample_log.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::replication {

std::vector<Bytes> pieces(std::size_t count, std::size_t size) {
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < count; ++i) {
        Bytes piece(size, static_cast<std::uint8_t>(i));
        piece.at(0) = static_cast<std::uint8_t>(i >> 8);
        out.push_back(std::move(piece));
    }
    return out;
}

SampleLog::SampleLog(std::uint64_t seed)
    : entropy(seed),
      key(crypto::SigningKey::generate(entropy)),
      compartment_key(entropy.secret(32)),
      descriptor{crypto::node_id_of(key.public_key()), entropy.fixed<CompartmentId>(),
                 entropy.fixed<Incarnation>()},
      next(place(1)) {}

CommitPlace SampleLog::place(std::uint64_t number) const {
    CommitPlace out;
    out.log = descriptor.id();
    out.number = {number};
    out.previous.bytes.fill(number == 1 ? 0 : 0xaa);
    out.time = {0x0190'0000'0000'0001};
    out.roster_length = {5};
    out.generation = {1};
    return out;
}

Bytes SampleLog::commit(const std::vector<Bytes>& packed, std::span<const BlobId> blobs) {
    CommitBuilder builder(next, compartment_key, entropy);
    for (const Bytes& piece : packed) {
        builder.add(piece);
    }
    Bytes out = builder.finish({}, {}, blobs);
    sign(out);
    return out;
}

Bytes SampleLog::attested(const std::vector<Bytes>& packed,
                          std::span<const SigningOfficer> officers, std::string_view purpose) {
    CommitBuilder builder(next, compartment_key, entropy);
    for (const Bytes& piece : packed) {
        builder.add(piece);
    }
    Bytes out = builder.finish(officers, purpose);
    sign(out);
    return out;
}

Bytes with_erased(ByteView commit, std::uint32_t index) {
    const std::size_t place = piece_offsets(commit).at(index);
    const ParsedCommit parsed = parse_commit(commit).value();
    const ByteView sealed = parsed.changes.at(index - 1).bytes;
    const Hash leaf = crypto::Hasher(crypto::domain::leaf).add_u32(index).add(sealed).finish();
    WireWriter out;
    out.raw(commit.first(place - 4)).u32(0x80000020).fixed(leaf);
    out.raw(commit.subspan(place + sealed.size()));
    return out.take();
}

Bytes with_root(ByteView commit) {
    const ParsedCommit parsed = parse_commit(commit).value();
    const CommitHeader& header = parsed.header;
    return from_wire(to_wire(parsed), header.log, header.number, header.previous).value();
}

std::vector<std::size_t> piece_offsets(ByteView commit) {
    const ParsedCommit parsed = parse_commit(commit).value();
    const auto offset = [&](ByteView piece) {
        return static_cast<std::size_t>(piece.data() - commit.data());
    };
    std::vector<std::size_t> out{offset(parsed.attestation)};
    for (const SealedChange& change : parsed.changes) {
        out.push_back(offset(change.bytes));
    }
    return out;
}

}  // namespace entrepot::replication
