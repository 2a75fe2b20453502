// RowMarks: which rows some tables have, as one value a table: the marks (keyed hashes) of all its
// rows, xor. Whoever writes takes a row's old mark out and puts its new one in, and keeps the
// values sealed; counted over the rows later, they tell a table whose rows are not all and only
// those that were written last, a row that was put back to its own older bytes among them.
//
// Does not notice an older whole: tables and values put back together.
#pragma once

#include <vector>

#include "crypto/base/wire.hpp"
#include "crypto/primitives.hpp"
#include "node/store/environment.hpp"

namespace entrepot::node {

class RowMarks {
public:
    /// `key` of 32 bytes is that of the rows' seals; marks are made under one derived from it.
    RowMarks(ByteView key, std::size_t tables);

    /// Mark of a row as it is stored; nobody without the key can tell or make it.
    Hash mark(TableIndex table, ByteView row, ByteView stored) const;
    /// Puts a row in, or takes it out again.
    void toggle(TableIndex table, const Hash& mark);
    /// As with all rows of the table taken out.
    void clear(TableIndex table);
    void clear();
    const Hash& of(TableIndex table) const { return of_[static_cast<std::size_t>(table)]; }

    /// 32 bytes a table.
    void write(WireWriter& out) const;
    void read(WireReader& in);

private:
    crypto::Secret key_;
    std::vector<Hash> of_;
};

/// A row's number as it is stored as a key.
inline ByteView number_key(const std::uint64_t& row) {
    return {reinterpret_cast<const std::uint8_t*>(&row), sizeof row};
}

}  // namespace entrepot::node
