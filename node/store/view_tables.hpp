// Tables of the environment `views` and rows that two of its files read; only view_*.cpp include
// this.
#pragma once

#include "crypto/base/wire.hpp"
#include "node/store/rollback/row_marks.hpp"
#include "node/store/view_store.hpp"

namespace entrepot::node::views {

inline constexpr TableIndex records_table{0}, ids_table{1}, conflicts_table{2}, standing_table{3},
    waiting_table{4}, quarantine_table{5}, officers_table{6}, far_reaching_table{7};
inline constexpr std::size_t table_count = 8;

inline std::uint8_t domain_of(TableIndex table) {
    return static_cast<std::uint8_t>(table);
}

void write_counted(WireWriter& out, const CountedMarks& marks);
void read_counted(WireReader& in, CountedMarks& marks);

}  // namespace entrepot::node::views
