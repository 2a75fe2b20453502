#include "node/store/rollback/row_marks.hpp"

#include <algorithm>

namespace entrepot::node {

RowMarks::RowMarks(ByteView key, std::size_t tables)
    : key_(crypto::derive(key, crypto::domain::vault_row, {as_bytes("mark")})), of_(tables) {}

Hash RowMarks::mark(TableIndex table, ByteView row, ByteView stored) const {
    crypto::Hasher hasher(crypto::domain::vault_row, key_.view());
    hasher.add_u8(static_cast<std::uint8_t>(table)).add_u32(static_cast<std::uint32_t>(row.size()));
    return hasher.add(row).add(stored).finish();
}

void RowMarks::toggle(TableIndex table, const Hash& mark) {
    Hash& all = of_[static_cast<std::size_t>(table)];
    std::transform(all.bytes.begin(), all.bytes.end(), mark.bytes.begin(), all.bytes.begin(),
                   [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
}

void RowMarks::clear(TableIndex table) {
    of_[static_cast<std::size_t>(table)] = {};
}

void RowMarks::clear() {
    std::fill(of_.begin(), of_.end(), Hash{});
}

void RowMarks::write(WireWriter& out) const {
    for (const Hash& of : of_) {
        out.fixed(of);
    }
}

void RowMarks::read(WireReader& in) {
    for (Hash& of : of_) {
        of = in.fixed<Hash>();
    }
}

}  // namespace entrepot::node
