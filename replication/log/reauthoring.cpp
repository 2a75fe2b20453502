#include "replication/log/reauthoring.hpp"

#include <charconv>

namespace entrepot::replication {
namespace {

constexpr std::string_view purpose_start = "reauthored ";

/// Names the later of two commits of a log.
void add(std::map<LogId, ContextEntry>& context, const ContextEntry& entry) {
    ContextEntry& named = context.try_emplace(entry.log, entry).first->second;
    if (named.number < entry.number) {
        named = entry;
    }
}

}  // namespace

std::string reauthored_purpose(const ContextEntry& lost) {
    return std::string(purpose_start) + to_hex(lost.log.view()) + "/" +
           std::to_string(lost.number.value) + "/" + to_hex(lost.hash.view());
}

std::optional<ContextEntry> reauthored_commit(std::string_view purpose) {
    constexpr std::size_t log_digits = 2 * LogId::size, hash_digits = 2 * HashPrefix::size;
    constexpr std::size_t least = purpose_start.size() + log_digits + hash_digits + 3;
    if (!purpose.starts_with(purpose_start) || purpose.size() < least) {
        return std::nullopt;
    }
    purpose.remove_prefix(purpose_start.size());
    const auto log = from_hex(purpose.substr(0, log_digits));
    const auto hash = from_hex(purpose.substr(purpose.size() - hash_digits));
    const std::string_view middle =
        purpose.substr(log_digits, purpose.size() - log_digits - hash_digits);
    ContextEntry out;
    const char* const last = middle.data() + middle.size() - 1;
    const auto [end, error] = std::from_chars(middle.data() + 1, last, out.number.value);
    if (!log || !hash || middle.front() != '/' || *last != '/' || error != std::errc{} ||
        end != last) {
        return std::nullopt;
    }
    std::copy(log->begin(), log->end(), out.log.bytes.begin());
    std::copy(hash->begin(), hash->end(), out.hash.bytes.begin());
    return out;
}

void Reauthoring::wrote(const RecordId& record, const Dot& lost, const ContextEntry& again) {
    again_[record].insert_or_assign(lost, again);
}

Change Reauthoring::rewrite(Change change) const {
    std::map<LogId, ContextEntry> context;
    const auto of_record = again_.find(change.record);
    for (const ContextEntry& named : change.context) {
        const auto kept = kept_.find(named.log);
        if (kept == kept_.end() || named.number <= kept->second.number) {
            add(context, named);
            continue;
        }
        if (kept->second.number.value > 0) {
            add(context, kept->second);
        }
        if (of_record == again_.end()) {
            continue;
        }
        for (const auto& [lost, again] : of_record->second) {
            if (lost.log == named.log && lost.number <= named.number) {
                add(context, again);
            }
        }
    }
    change.context.clear();
    for (const auto& [log, entry] : context) {
        change.context.push_back(entry);
    }
    return change;
}

}  // namespace entrepot::replication
