// The change that CHANGE_FORMAT.md writes out byte by byte, and the state it merges to.
#pragma once

#include "replication/model/record_state.hpp"

namespace entrepot::replication {

inline Change worked_example() {
    Change change;
    change.record.bytes.fill(0xaa);
    change.database = "seizures";
    ContextEntry seen;
    seen.log.bytes.fill(0xbb);
    seen.number = {300};
    seen.hash.bytes.fill(0xee);
    change.context = {seen};
    change.assignments = {{"direction", CodeValue{"import"}},
                          {"goods/1/quantity", Decimal{1250, 2}},
                          {"seized_on", Date{2026, 3, 0, DatePrecision::month}}};
    return change;
}

/// Merged alone, as commit 3 of a log, its context left out.
inline RecordState worked_state() {
    CountedChange counted;
    counted.change = worked_example();
    counted.change.context.clear();
    counted.dot.log.bytes.fill(0xcc);
    counted.dot.number = {3};
    counted.hash.bytes.fill(0xdd);
    counted.time = {0x018bcfe568000002};
    RecordState state;
    merge_change(state, counted);
    return state;
}

}  // namespace entrepot::replication
