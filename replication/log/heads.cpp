#include "replication/log/heads.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {

const Head* Heads::find(const LogId& log) const {
    const auto found = heads_.find(log);
    return found == heads_.end() ? nullptr : &found->second;
}

void Heads::advance(const LogId& log, const Head& head) {
    const auto [place, is_new] = heads_.try_emplace(log, head);
    if (is_new) {
        return;
    }
    ENSURE(head.number > place->second.number || head == place->second);
    place->second = head;
}

void Heads::rewind(const LogId& log, const Head& head) {
    const auto found = heads_.find(log);
    if (found == heads_.end() || found->second.number <= head.number) {
        return;
    }
    if (head.number.value == 0) {
        heads_.erase(found);
    } else {
        found->second = head;
    }
}

}  // namespace entrepot::replication
