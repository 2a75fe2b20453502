#include "node/journal/counted.hpp"

namespace entrepot::node {

using replication::Cut;

std::optional<Cut> Counted::end(const replication::LogId& log) const {
    if (roster_.length() != known_) {
        ends_.clear();
        known_ = roster_.length();
    }
    if (const auto found = ends_.find(log); found != ends_.end()) {
        return found->second;
    }
    const auto descriptor = log_.descriptor(log);
    if (!descriptor || !*descriptor) {
        return std::nullopt;  // not kept: it may become known
    }
    return ends_.emplace(log, replication::end_of(**descriptor, log, roster_)).first->second;
}

bool Counted::counts(const replication::LogId& log, replication::CommitNumber number) const {
    const auto last = end(log);
    return !last || number <= last->number;
}

bool Counted::is_excluded(const replication::ContextEntry& named) const {
    const auto last = end(named.log);
    if (!last || named.number > last->number) {
        return last.has_value();
    }
    const auto held = log_.find(named.log, named.number);
    return held && *held && replication::prefix_of((*held)->hash) != named.hash;
}

}  // namespace entrepot::node
