#include "node/store/sealed_rows.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::node {
namespace {

Bytes associated(crypto::Domain domain, std::uint8_t table, ByteView row) {
    Bytes out(domain.text.begin(), domain.text.end());
    out.push_back(table);
    append(out, row);
    return out;
}

ByteView number_bytes(const std::uint64_t& number) {
    return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number};
}

}  // namespace

Bytes SealedRows::seal(std::uint8_t table, ByteView row, ByteView plain,
                       crypto::Entropy& entropy) const {
    return crypto::seal_random(key_.view(), associated(domain_, table, row), plain, entropy);
}

Bytes SealedRows::seal(std::uint8_t table, std::uint64_t row, ByteView plain,
                       crypto::Entropy& entropy) const {
    return seal(table, number_bytes(row), plain, entropy);
}

Result<Bytes> SealedRows::open(std::uint8_t table, ByteView row, ByteView sealed) const {
    auto plain = crypto::open_random(key_.view(), associated(domain_, table, row), sealed);
    if (!plain) {
        return Error{
            row_broken,
            "a stored row was altered or belongs elsewhere; run 'entrepot verify --rebuild'"};
    }
    return plain;
}

Result<Bytes> SealedRows::open(std::uint8_t table, std::uint64_t row, ByteView sealed) const {
    return open(table, number_bytes(row), sealed);
}

}  // namespace entrepot::node
