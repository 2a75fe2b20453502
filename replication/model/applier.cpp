// How a waiting change is found again: it watches exactly one blocker at a time, a dot of its
// record, and is looked at again when that dot merges, is opened without a change of this record,
// or stops waiting. Conditions met stay met (a changed counted set means recheck()), so it goes on
// from the condition it stopped at, and asks what is known of a commit once for each arrival.
#include "replication/model/applier.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace entrepot::replication {
namespace {

bool is_known(ChangeKind kind) {
    return kind >= ChangeKind::set && kind <= ChangeKind::merge_into;
}

using Order = std::uint64_t;  // of arrival

struct WaitingChange {
    ArrivedChange arrived;
    Order order = 0;
    std::size_t next = 0;  ///< context entry to look at; those before it are settled
    bool next_is_held = false;
    std::vector<std::size_t> excluded;  ///< entries that cover nothing
    std::optional<Dot> blocker;         ///< what it was last seen to wait for
};

bool is_merged(const RecordState& state, const Dot& dot) {
    return std::any_of(state.shown.begin(), state.shown.end(), [&](const ContextEntry& entry) {
        return entry.log == dot.log && dot.number <= entry.number;
    });
}

std::string reason(const WaitingChange& change) {
    if (!is_known(change.arrived.counted.change.kind)) {
        return "needs a newer program";
    }
    if (!change.blocker) {
        return "not looked at since the start";
    }
    return "waits for commit " + std::to_string(change.blocker->number.value) + " of log " +
           to_base32(change.blocker->log.view());
}

/// Whether every entry names the change of this record that its log merged last: then it holds one
/// for certain.
bool names_newest(const RecordState& state, const Context& context) {
    return std::all_of(context.begin(), context.end(), [&](const ContextEntry& entry) {
        return std::any_of(state.shown.begin(), state.shown.end(), [&](const ContextEntry& shown) {
            return shown.log == entry.log && shown.number == entry.number;
        });
    });
}

/// Takes out the entries that cover nothing.
void leave_out(Context& context, const std::vector<std::size_t>& excluded) {
    for (auto at = excluded.rbegin(); at != excluded.rend(); ++at) {
        context.erase(context.begin() + static_cast<std::ptrdiff_t>(*at));
    }
}

}  // namespace

struct Applier::Waiting {
    using OfRecord = std::map<Dot, Order>;
    using Watchers = std::unordered_map<RecordKey, std::vector<Order>, RecordKeyHash>;

    std::map<Order, WaitingChange> changes;
    std::unordered_map<RecordKey, OfRecord, RecordKeyHash> by_record;
    std::unordered_map<Dot, Watchers, DotHash> watchers;
    /// Put back and not looked at yet. Left alone by apply(): the knowledge may say `held` of a
    /// commit whose change of another record is still to be given. opened() looks at them.
    std::vector<Order> unexamined;
    Order next_order = 0;

    bool holds(const RecordKey& record, const Dot& dot) const;
    /// The first waiting change of the record in this log, up to and with `last`.
    std::optional<Dot> earlier(const RecordKey& record, const LogId& log, CommitNumber last) const;
    /// What the change waits for, none when it may merge; settles what it can on the way.
    std::optional<Dot> blocker(WaitingChange& change, const CommitKnowledge& knowledge) const;
    void keep(WaitingChange change);
    void watch(const RecordKey& record, const Dot& blocker, Order order);
    WaitingChange release(Order order);
    /// Those that watched this dot, of one record or of all.
    std::vector<Order> woken(const Dot& dot, const RecordKey* record);
};

bool Applier::Waiting::holds(const RecordKey& record, const Dot& dot) const {
    const auto found = by_record.find(record);
    return found != by_record.end() && found->second.count(dot) > 0;
}

std::optional<Dot> Applier::Waiting::earlier(const RecordKey& record, const LogId& log,
                                             CommitNumber last) const {
    if (by_record.empty()) {
        return std::nullopt;
    }
    const auto found = by_record.find(record);
    if (found == by_record.end()) {
        return std::nullopt;
    }
    const auto first = found->second.lower_bound(Dot{log, {0}});
    if (first == found->second.end() || first->first.log != log || last < first->first.number) {
        return std::nullopt;
    }
    return first->first;
}

std::optional<Dot> Applier::Waiting::blocker(WaitingChange& change,
                                             const CommitKnowledge& knowledge) const {
    const RecordKey& record = change.arrived.record;
    const CountedChange& counted = change.arrived.counted;
    if (!is_known(counted.change.kind)) {
        return counted.dot;  // for a newer program
    }
    const CommitNumber before{counted.dot.number.value - 1};
    if (const auto dot = earlier(record, counted.dot.log, before)) {
        return dot;
    }
    for (const Context& context = counted.change.context; change.next < context.size();
         ++change.next, change.next_is_held = false) {
        const ContextEntry& named = context[change.next];
        if (!change.next_is_held) {
            const CommitStanding standing = knowledge.standing(named);
            if (standing == CommitStanding::excluded) {
                change.excluded.push_back(change.next);
                continue;
            }
            if (standing != CommitStanding::held) {
                return Dot{named.log, named.number};
            }
            change.next_is_held = true;
        }
        if (const auto dot = earlier(record, named.log, named.number)) {
            return dot;
        }
    }
    return std::nullopt;
}

void Applier::Waiting::keep(WaitingChange change) {
    by_record[change.arrived.record].emplace(change.arrived.counted.dot, change.order);
    const Order order = change.order;
    changes.emplace(order, std::move(change));
}

void Applier::Waiting::watch(const RecordKey& record, const Dot& blocker, Order order) {
    watchers[blocker][record].push_back(order);
}

WaitingChange Applier::Waiting::release(Order order) {
    const auto found = changes.find(order);
    WaitingChange change = std::move(found->second);
    changes.erase(found);
    const auto record = by_record.find(change.arrived.record);
    record->second.erase(change.arrived.counted.dot);
    if (record->second.empty()) {
        by_record.erase(record);
    }
    return change;
}

std::vector<Order> Applier::Waiting::woken(const Dot& dot, const RecordKey* record) {
    std::vector<Order> out;
    const auto found = watchers.find(dot);
    if (found == watchers.end()) {
        return out;
    }
    Watchers& of_dot = found->second;
    for (auto at = record != nullptr ? of_dot.find(*record) : of_dot.begin(); at != of_dot.end();) {
        out.insert(out.end(), at->second.begin(), at->second.end());
        at = of_dot.erase(at);
        if (record != nullptr) {
            break;
        }
    }
    if (of_dot.empty()) {
        watchers.erase(found);
    }
    std::sort(out.begin(), out.end());
    return out;
}

Applier::Applier(RecordStates& states, const CommitKnowledge& knowledge)
    : waiting_(std::make_shared<Waiting>()), states_(states), knowledge_(knowledge) {}

Result<bool> Applier::merge(const RecordKey& record, const CountedChange& counted) {
    TRY_ASSIGN(std::optional<RecordState> loaded, states_.load(record));
    RecordState state = loaded ? std::move(*loaded) : RecordState{};
    if (!state.database.empty() && state.database != counted.change.database) {
        return Error{change_wrong_database,
                     "'" + counted.change.database + "' for a record of '" + state.database + "'"};
    }
    if (is_merged(state, counted.dot)) {
        return false;
    }
    if (!names_newest(state, counted.change.context)) {
        far_reaching_.push_back(record);
    }
    merge_change(state, counted);
    TRY(states_.save(record, state));
    return true;
}

Result<bool> Applier::try_waiting(std::uint64_t order, std::vector<std::uint64_t>& woken) {
    const auto found = waiting_->changes.find(order);
    if (found == waiting_->changes.end()) {
        return false;
    }
    WaitingChange& change = found->second;
    change.blocker = waiting_->blocker(change, knowledge_);
    if (change.blocker) {
        waiting_->watch(change.arrived.record, *change.blocker, order);
        return false;
    }
    CountedChange counted = change.arrived.counted;
    leave_out(counted.change.context, change.excluded);
    if (!change.excluded.empty()) {
        far_reaching_.push_back(change.arrived.record);
    }
    TRY_ASSIGN(const bool merged, merge(change.arrived.record, counted));
    const WaitingChange released = waiting_->release(order);
    woken = waiting_->woken(counted.dot, &released.arrived.record);
    return merged;
}

Result<std::vector<RecordKey>> Applier::settle(std::vector<std::uint64_t> orders,
                                               std::vector<RecordKey> changed) {
    std::deque<Order> queue(orders.begin(), orders.end());
    for (; !queue.empty(); queue.pop_front()) {
        const auto found = waiting_->changes.find(queue.front());
        const RecordKey record =
            found != waiting_->changes.end() ? found->second.arrived.record : RecordKey{};
        std::vector<Order> woken;
        const Result<bool> merged = try_waiting(queue.front(), woken);
        if (!merged) {
            waiting_->unexamined.insert(waiting_->unexamined.end(), queue.begin(), queue.end());
            return merged.error();
        }
        if (*merged) {
            changed.push_back(record);
        }
        queue.insert(queue.end(), woken.begin(), woken.end());
    }
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    return changed;
}

Result<std::vector<RecordKey>> Applier::apply(ArrivedChange arrived) {
    const RecordKey record = arrived.record;
    const Dot dot = arrived.counted.dot;
    if (waiting_->holds(record, dot)) {
        return std::vector<RecordKey>{};
    }
    WaitingChange change;
    change.arrived = std::move(arrived);
    change.order = waiting_->next_order++;
    change.blocker = waiting_->blocker(change, knowledge_);
    if (change.blocker) {
        waiting_->watch(record, *change.blocker, change.order);
        waiting_->keep(std::move(change));
        return std::vector<RecordKey>{};
    }
    leave_out(change.arrived.counted.change.context, change.excluded);
    if (!change.excluded.empty()) {
        far_reaching_.push_back(record);
    }
    TRY_ASSIGN(const bool merged, merge(record, change.arrived.counted));
    std::vector<RecordKey> changed;
    if (merged) {
        changed.push_back(record);
    }
    return settle(waiting_->woken(dot, &record), std::move(changed));
}

Result<std::vector<RecordKey>> Applier::opened(const Dot& dot) {
    std::vector<Order> orders = std::exchange(waiting_->unexamined, {});
    const std::vector<Order> woken = waiting_->woken(dot, nullptr);
    orders.insert(orders.end(), woken.begin(), woken.end());
    return settle(std::move(orders), {});
}

Result<std::vector<RecordKey>> Applier::recheck() {
    std::vector<Order> kept;
    std::vector<Order> dropped;
    for (auto& [order, change] : waiting_->changes) {
        const CountedChange& counted = change.arrived.counted;
        const ContextEntry itself{counted.dot.log, counted.dot.number, counted.hash};
        const bool excluded = knowledge_.standing(itself) == CommitStanding::excluded;
        (excluded ? dropped : kept).push_back(order);
        change.next = 0;
        change.next_is_held = false;
        change.excluded.clear();
    }
    for (const Order order : dropped) {
        waiting_->release(order);
    }
    waiting_->watchers.clear();
    waiting_->unexamined.clear();
    return settle(std::move(kept), {});
}

/// All of them wait at first, so that each is looked at after those that it rests on.
Status Applier::recompute(const RecordKey& record, std::vector<CountedChange> counted) {
    TRY(states_.forget(record));
    if (const auto found = waiting_->by_record.find(record); found != waiting_->by_record.end()) {
        const Waiting::OfRecord waiting = found->second;
        for (const auto& [dot, order] : waiting) {
            waiting_->release(order);
        }
    }
    std::vector<Order> orders;
    for (CountedChange& each : counted) {
        if (waiting_->holds(record, each.dot)) {
            continue;
        }
        WaitingChange change;
        change.arrived = {record, std::move(each)};
        change.order = waiting_->next_order++;
        orders.push_back(change.order);
        waiting_->keep(std::move(change));
    }
    TRY(settle(std::move(orders), {}));
    return {};
}

std::vector<CountedChange> Applier::waiting_of(const RecordKey& record) const {
    std::vector<CountedChange> out;
    if (const auto found = waiting_->by_record.find(record); found != waiting_->by_record.end()) {
        for (const auto& [dot, order] : found->second) {
            out.push_back(waiting_->changes.at(order).arrived.counted);
        }
    }
    return out;
}

std::vector<const ArrivedChange*> Applier::waiting() const {
    std::vector<const ArrivedChange*> out;
    for (const auto& [order, change] : waiting_->changes) {
        out.push_back(&change.arrived);
    }
    return out;
}

std::vector<Error> Applier::waiting_reasons() const {
    std::vector<Error> out;
    for (const auto& [order, change] : waiting_->changes) {
        out.push_back({change_waiting, reason(change)});
    }
    return out;
}

std::size_t Applier::waiting_count() const {
    return waiting_->changes.size();
}

void Applier::restore_waiting(ArrivedChange arrived) {
    if (waiting_->holds(arrived.record, arrived.counted.dot)) {
        return;
    }
    WaitingChange change;
    change.arrived = std::move(arrived);
    change.order = waiting_->next_order++;
    waiting_->unexamined.push_back(change.order);
    waiting_->keep(std::move(change));
}

}  // namespace entrepot::replication
