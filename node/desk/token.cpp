#include "node/desk/token.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t seal_size = 16;
constexpr std::size_t text_limit = 64 * 1024;

Hash seal_of(ByteView body, const crypto::Secret& key) {
    return crypto::Hasher(crypto::domain::shown, key.view()).add(body).finish();
}

Error malformed() {
    return {token_malformed,
            "not a token of this node; get the record again and use the token it prints"};
}

}  // namespace

std::string make_token(const replication::RecordKey& record, const replication::Context& shown,
                       const crypto::Secret& key) {
    WireWriter out;
    const Hash bound = seal_of(record.record.view(), key);
    out.raw(bound.view().first(8)).u16(static_cast<std::uint16_t>(shown.size()));
    for (const auto& entry : shown) {
        out.fixed(entry.log).u64(entry.number.value).fixed(entry.hash);
    }
    const Hash seal = seal_of(out.view(), key);
    out.raw(seal.view().first(seal_size));
    return to_base32(out.view());
}

Result<replication::Context> read_token(std::string_view token,
                                        const replication::RecordKey& record,
                                        const crypto::Secret& key) {
    if (token.size() > text_limit) {
        return malformed();
    }
    const auto bytes = from_base32(token);
    if (!bytes || bytes->size() < seal_size) {
        return malformed();
    }
    const ByteView body = ByteView(*bytes).first(bytes->size() - seal_size);
    if (!equal(seal_of(body, key).view().first(seal_size), ByteView(*bytes).last(seal_size))) {
        return malformed();
    }
    WireReader in(body);
    if (!equal(in.raw(8), seal_of(record.record.view(), key).view().first(8))) {
        return Error{token_other_record, "that token belongs to another record"};
    }
    replication::Context out;
    for (std::uint16_t count = in.u16(); count > 0 && in.ok(); --count) {
        const auto log = in.fixed<replication::LogId>();
        const replication::CommitNumber number{in.u64()};
        out.push_back({log, number, in.fixed<replication::HashPrefix>()});
    }
    TRY(in.finish("token"));
    return out;
}

}  // namespace entrepot::node
