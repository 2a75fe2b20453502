// ViewStore: every row but the standing is written here, together with its mark, and held against
// the standing's marks when the views are opened.
#include "node/store/view_tables.hpp"

namespace entrepot::node {
namespace {

using namespace views;

struct MarkedTable {
    TableIndex table;
    const char* name;
};
constexpr MarkedTable marked_tables[] = {
    {records_table, "records"},       {ids_table, "ids"},
    {conflicts_table, "conflicts"},   {waiting_table, "waiting"},
    {quarantine_table, "quarantine"}, {officers_table, "officers"},
    {far_reaching_table, "far-reaching records"}};

}  // namespace

Status ViewStore::add_row(TableIndex table, ByteView row, ByteView value, PutMode mode) {
    TRY_ASSIGN(Transaction * transaction, batch());
    TRY(transaction->put(table, row, value, mode));
    marks_.toggle(table, marks_.mark(table, row, value));
    return {};
}

Status ViewStore::change_row(TableIndex table, ByteView row, const Hash& old_mark,
                             ByteView value) {
    marks_.toggle(table, old_mark);
    return add_row(table, row, value, PutMode::set);
}

Status ViewStore::remove_row(TableIndex table, ByteView row, const Hash& old_mark) {
    TRY_ASSIGN(Transaction * transaction, batch());
    TRY(transaction->remove(table, row));
    marks_.toggle(table, old_mark);
    return {};
}

Status ViewStore::clear_rows(TableIndex table) {
    TRY_ASSIGN(Transaction * transaction, batch());
    TRY(transaction->clear(table));
    marks_.clear(table);
    return {};
}

Status ViewStore::check_rows() const {
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    RowMarks found(rows_.key().view(), table_count);
    for (const MarkedTable& marked : marked_tables) {
        const TableIndex table = marked.table;
        TRY(transaction.scan(table, ByteView{}, [&](ByteView row, ByteView value) {
            found.toggle(table, found.mark(table, row, value));
            return true;
        }));
        if (found.of(table) != marks_.of(table)) {
            return Error{store_damaged,
                         directory_.string() + ": its table of " + marked.name +
                             " is not as it was written last: a row was put back to an older "
                             "one, changed, taken out or added"};
        }
    }
    return {};
}

}  // namespace entrepot::node
