#include "tests/replication/model/history.hpp"

#include <algorithm>
#include <sstream>

#include "crypto/base/ensure.hpp"

namespace entrepot::replication::history {
namespace {

constexpr std::size_t log_count = 3;
constexpr std::size_t record_count = 2;
const std::array<Path, 6> fields{"kind",         "weight",           "goods/1/quantity",
                                 "goods/1/unit", "goods/2/quantity", "goods/2/unit"};

std::vector<Assignment> draw_assignments(Tape& tape) {
    std::map<Path, Value> out;
    for (std::size_t count = 1 + tape.below(3); count > 0; --count) {
        out[fields[tape.below(fields.size())]] = static_cast<std::int64_t>(tape.below(3));
    }
    for (const char* item : {"goods/1", "goods/2"}) {
        const auto below = out.lower_bound(std::string(item) + "/");
        const bool assigned = below != out.end() && item_of(below->first) == item;
        if (!assigned && tape.one_in(6)) {
            out[item] = Liveness::removed;
        }
    }
    std::vector<Assignment> assignments;
    for (auto& [path, value] : out) {
        assignments.push_back({path, value});
    }
    return assignments;
}

/// For each log nothing, the newest commit of the record, or an older one or one of the lost
/// branch.
Context draw_context(Tape& tape, const History& history, const RecordKey& record) {
    std::map<LogId, std::vector<const Commit*>> seen;
    for (const Commit& commit : history.commits) {
        for (const ArrivedChange& change : commit.changes) {
            if (change.record == record) {
                seen[commit.dot.log].push_back(&commit);
            }
        }
    }
    Context out;
    for (const auto& [log, commits] : seen) {
        const std::size_t choice = tape.below(4);
        if (choice == 3) {
            continue;
        }
        const std::size_t back = choice == 2 ? tape.below(commits.size()) : 0;
        const Commit& named = *commits[commits.size() - 1 - back];
        out.push_back({log, named.dot.number, named.hash});
    }
    return out;
}

ArrivedChange draw_change(Tape& tape, const History& history, const Commit& commit,
                          const RecordKey& record) {
    ArrivedChange out{record, {commit.dot, commit.hash, {}, {}}};
    out.counted.time = HybridTime{1000 + tape.below(4)};
    Change& change = out.counted.change;
    change.record = record.record;
    change.database = "seizures";
    change.context = draw_context(tape, history, record);
    const std::size_t kind = tape.below(8);
    change.kind = kind == 7   ? ChangeKind::tombstone
                  : kind == 6 ? ChangeKind::restore
                              : ChangeKind::set;
    if (change.kind == ChangeKind::set) {
        change.assignments = draw_assignments(tape);
    }
    return out;
}

}  // namespace

std::size_t Tape::below(std::size_t limit) {
    return at_ < numbers_.size() ? numbers_[at_++] % limit : 0;
}

LogId log_named(char letter) {
    LogId log;
    log.bytes.fill(static_cast<std::uint8_t>(letter));
    return log;
}

RecordKey record_numbered(std::uint8_t number) {
    RecordKey key;
    key.record.bytes.fill(number);
    return key;
}

HashPrefix hash_of(const Dot& dot, bool lost_branch) {
    HashPrefix hash;
    hash.bytes.fill(static_cast<std::uint8_t>(dot.number.value));
    hash.bytes[0] = dot.log.bytes[0];
    hash.bytes[1] = lost_branch ? 1 : 0;
    return hash;
}

namespace {
Dot dot_named(std::string_view text) {
    return {log_named(text[0]), {std::stoull(std::string(text.substr(1)))}};
}
}  // namespace

Context operator""_vv(const char* text, std::size_t size) {
    std::istringstream in(std::string(text, size));
    Context out;
    for (std::string word; in >> word;) {
        const Dot dot = dot_named(word);
        out.push_back({dot.log, dot.number, hash_of(dot)});
    }
    return out;
}

CountedChange edit(std::string_view dot, Context context,
                   std::vector<std::pair<Path, std::int64_t>> values) {
    CountedChange out;
    out.dot = dot_named(dot);
    out.hash = hash_of(out.dot);
    out.time = HybridTime{out.dot.number.value};
    out.change.record = record_numbered(1).record;
    out.change.database = "seizures";
    out.change.context = std::move(context);
    for (auto& [path, value] : values) {
        out.change.assignments.push_back({path, value});
    }
    return out;
}

bool History::excluded(const Dot& dot, const HashPrefix& hash) const {
    const auto last = cut.find(dot.log);
    return hash == hash_of(dot, true) || (last != cut.end() && last->second < dot.number);
}

std::map<LogId, std::vector<const Commit*>> History::opening() const {
    std::map<LogId, std::vector<const Commit*>> out;
    for (const Commit& commit : commits) {
        const auto last = readable.find(commit.dot.log);
        const bool opens = last == readable.end() || commit.dot.number <= last->second;
        if (opens && !excluded(commit.dot, commit.hash)) {
            out[commit.dot.log].push_back(&commit);
        }
    }
    return out;
}

History make_history(Tape& tape) {
    History history;
    std::map<LogId, std::uint64_t> length;
    std::map<LogId, std::uint64_t> lost_length;
    const LogId forked = log_named('A');
    while (!tape.empty() && history.commits.size() < 24) {
        Commit commit;
        commit.dot.log = log_named(static_cast<char>('A' + tape.below(log_count)));
        const std::uint64_t number = length[commit.dot.log];
        commit.lost = commit.dot.log == forked && number > 0 && tape.one_in(4);
        std::uint64_t& lost = lost_length[commit.dot.log];
        lost = std::max(lost, number);
        commit.dot.number = {commit.lost ? ++lost : ++length[commit.dot.log]};
        commit.hash = hash_of(commit.dot, commit.lost);
        const std::size_t first = tape.below(record_count);
        const std::size_t count = tape.one_in(4) ? 2 : 1;
        for (std::size_t i = 0; i < count; ++i) {
            const auto record = static_cast<std::uint8_t>(1 + (first + i) % record_count);
            commit.changes.push_back(draw_change(tape, history, commit, record_numbered(record)));
        }
        history.commits.push_back(std::move(commit));
    }
    return history;
}

std::map<RecordKey, std::vector<CountedChange>> merged_set(const History& history) {
    std::vector<const ArrivedChange*> arrived;
    std::set<std::pair<Dot, HashPrefix>> held;
    for (const auto& [log, commits] : history.opening()) {
        for (const Commit* commit : commits) {
            held.emplace(commit->dot, commit->hash);
            for (const ArrivedChange& change : commit->changes) {
                arrived.push_back(&change);
            }
        }
    }
    std::set<const ArrivedChange*> merged;
    const auto all_merged = [&](const RecordKey& record, const LogId& log, std::uint64_t end) {
        return std::all_of(arrived.begin(), arrived.end(), [&](const ArrivedChange* other) {
            const Dot& dot = other->counted.dot;
            return other->record != record || dot.log != log || dot.number.value >= end ||
                   merged.count(other) > 0;
        });
    };
    const auto free = [&](const ArrivedChange& change) {
        const Dot& dot = change.counted.dot;
        const Context& context = change.counted.change.context;
        return all_merged(change.record, dot.log, dot.number.value) &&
               std::all_of(context.begin(), context.end(), [&](const ContextEntry& named) {
                   const Dot seen{named.log, named.number};
                   return history.excluded(seen, named.hash) ||
                          (held.count({seen, named.hash}) > 0 &&
                           all_merged(change.record, named.log, named.number.value + 1));
               });
    };
    for (bool more = true; more;) {
        more = false;
        for (const ArrivedChange* change : arrived) {
            more = (merged.count(change) == 0 && free(*change) && merged.insert(change).second) ||
                   more;
        }
    }
    std::map<RecordKey, std::vector<CountedChange>> out;
    for (const ArrivedChange* change : merged) {
        CountedChange counted = change->counted;
        Context& context = counted.change.context;
        context.erase(
            std::remove_if(context.begin(), context.end(),
                           [&](const ContextEntry& named) {
                               return history.excluded({named.log, named.number}, named.hash);
                           }),
            context.end());
        out[change->record].push_back(std::move(counted));
    }
    return out;
}

std::map<RecordKey, Bytes> states_from_scratch(const History& history) {
    std::map<RecordKey, Bytes> out;
    for (const auto& [record, changes] : merged_set(history)) {
        out.emplace(record, encode_state(merge_from_scratch(changes)));
    }
    return out;
}

}  // namespace entrepot::replication::history
