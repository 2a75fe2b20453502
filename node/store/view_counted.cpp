// What the views keep for the day when the counted set changes, and what is not merged at all.
#include "node/store/view_tables.hpp"

namespace entrepot::node {
namespace {

using namespace views;
using replication::RecordKey;

Bytes encode_quarantined(const QuarantinedContent& content) {
    WireWriter out;
    out.fixed(content.dot.log).u64(content.dot.number.value).u32(content.change);
    out.sized16(as_bytes(content.code))
        .sized16(as_bytes(content.why).first(std::min<std::size_t>(content.why.size(), 1024)));
    return out.take();
}

Result<QuarantinedContent> decode_quarantined(ByteView plain) {
    WireReader reader(plain);
    QuarantinedContent out;
    out.dot.log = reader.fixed<replication::LogId>();
    out.dot.number.value = reader.u64();
    out.change = reader.u32();
    out.code = as_text(reader.sized16());
    out.why = as_text(reader.sized16());
    TRY(reader.finish("quarantined content"));
    return out;
}

}  // namespace

void views::write_counted(WireWriter& out, const CountedMarks& marks) {
    out.u64(marks.roster_length.value).fixed(marks.roster);
    out.u64(marks.log.rewinds).u64(marks.log.left);
    out.u64(marks.log.logs).u64(marks.log.aside).u64(marks.log.ended);
    out.u32(static_cast<std::uint32_t>(marks.ends.size()));
    for (const auto& [log, number] : marks.ends) {
        out.fixed(log).u64(number.value);
    }
}

void views::read_counted(WireReader& in, CountedMarks& marks) {
    marks.roster_length.value = in.u64();
    marks.roster = in.fixed<Hash>();
    marks.log.rewinds = in.u64();
    marks.log.left = in.u64();
    marks.log.logs = in.u64();
    marks.log.aside = in.u64();
    marks.log.ended = in.u64();
    for (std::uint32_t count = in.u32(); count > 0 && in.ok(); --count) {
        const auto log = in.fixed<replication::LogId>();
        marks.ends[log] = {in.u64()};
    }
}

Status ViewStore::forget(const RecordKey& key) {
    TRY_ASSIGN(const auto record, find(key));
    if (!record) {
        return {};
    }
    const auto [loaded_key, row, dots, mark] = std::exchange(loaded_, {});
    RecordCounts& counts = counts_[{key.compartment, record->state.database}];
    TRY(note_conflict(row, false, counts));
    --counts.records;
    const auto index = index_of(key);
    WireWriter place;
    place.u64(row);
    TRY(remove_row(ids_table, index, marks_.mark(ids_table, index, place.view())));
    ++unflushed_;
    return remove_row(records_table, number_key(row), mark);
}

Status ViewStore::add_far_reaching(const RecordKey& key) {
    TRY_ASSIGN(const Transaction* transaction, batch());
    TRY_ASSIGN(const auto last, transaction->last(far_reaching_table));
    const std::uint64_t row = last ? last->first + 1 : 1;
    WireWriter plain;
    plain.fixed(key.compartment).fixed(key.record);
    return add_row(far_reaching_table, number_key(row),
                   rows_.seal(domain_of(far_reaching_table), row, plain.view(), entropy_),
                   PutMode::append);
}

Result<std::set<RecordKey>> ViewStore::far_reaching() const {
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    std::set<RecordKey> out;
    Status failed;
    TRY(transaction.scan(far_reaching_table, 0, [&](std::uint64_t row, ByteView sealed) {
        const auto plain = rows_.open(domain_of(far_reaching_table), row, sealed);
        if (!plain) {
            failed = plain.error();
            return false;
        }
        WireReader reader(*plain);
        const auto compartment = reader.fixed<replication::CompartmentId>();
        out.insert({compartment, reader.fixed<replication::RecordId>()});
        return true;
    }));
    TRY(failed);
    return out;
}

Status ViewStore::add_quarantined(const QuarantinedContent& content) {
    TRY_ASSIGN(const Transaction* transaction, batch());
    TRY_ASSIGN(const auto last, transaction->last(quarantine_table));
    const std::uint64_t row = last ? last->first + 1 : 1;
    ++unflushed_;
    return add_row(
        quarantine_table, number_key(row),
        rows_.seal(domain_of(quarantine_table), row, encode_quarantined(content), entropy_),
        PutMode::append);
}

Result<std::vector<QuarantinedContent>> ViewStore::quarantined() const {
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    std::vector<QuarantinedContent> out;
    Status failed;
    TRY(transaction.scan(quarantine_table, 0, [&](std::uint64_t row, ByteView sealed) {
        auto plain = rows_.open(domain_of(quarantine_table), row, sealed);
        auto content =
            plain ? decode_quarantined(*plain) : Result<QuarantinedContent>(plain.error());
        if (!content) {
            failed = std::move(content).error();
            return false;
        }
        out.push_back(std::move(*content));
        return true;
    }));
    TRY(failed);
    return out;
}

Status ViewStore::drop_quarantined(
    const std::function<bool(const QuarantinedContent&)>& is_dropped) {
    TRY_ASSIGN(const Transaction* transaction, batch());
    std::vector<std::pair<std::uint64_t, Hash>> rows;
    Status failed;
    TRY(transaction->scan(quarantine_table, 0, [&](std::uint64_t row, ByteView sealed) {
        const auto plain = rows_.open(domain_of(quarantine_table), row, sealed);
        const auto content =
            plain ? decode_quarantined(*plain) : Result<QuarantinedContent>(plain.error());
        failed = content ? Status{} : Status(content.error());
        if (content && is_dropped(*content)) {
            rows.emplace_back(row, marks_.mark(quarantine_table, number_key(row), sealed));
        }
        return content.has_value();
    }));
    TRY(failed);
    for (const auto& [row, mark] : rows) {
        TRY(remove_row(quarantine_table, number_key(row), mark));
    }
    return {};
}

}  // namespace entrepot::node
