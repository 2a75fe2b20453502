// Tables of the environment `log` and the keys of their rows; only log_*.cpp include this.
#pragma once

#include <array>

#include "node/store/environment.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::node {

inline constexpr TableIndex commits_table{0}, index_table{1}, logs_table{2}, roster_table{3},
    rows_table{4}, aside_table{5}, forks_table{6}, ended_table{7}, rewinds_table{8}, left_table{9},
    receipts_table{10};

inline std::uint8_t domain_of(TableIndex table) {
    return static_cast<std::uint8_t>(table);
}

/// Big-endian, so that the numbers of a log stand together and rise.
inline std::array<std::uint8_t, 12> index_key(std::uint32_t log, replication::CommitNumber number) {
    std::array<std::uint8_t, 12> out{};
    for (int i = 0; i < 4; ++i) {
        out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(log >> (24 - 8 * i));
    }
    for (int i = 0; i < 8; ++i) {
        out[static_cast<std::size_t>(4 + i)] =
            static_cast<std::uint8_t>(number.value >> (56 - 8 * i));
    }
    return out;
}

inline Result<std::uint64_t> next_number(const Transaction& transaction, TableIndex table) {
    TRY_ASSIGN(const auto last, transaction.last(table));
    return (last ? last->first : 0) + 1;
}

}  // namespace entrepot::node
