#include "replication/transport/accepted_table.hpp"

namespace entrepot::replication {
namespace {

std::uint64_t number_of(ConnectionId id) { return static_cast<std::uint64_t>(id); }

}  // namespace

std::vector<AcceptedTable::Ended> AcceptedTable::descriptor_closed(int descriptor) {
    open_.erase(descriptor);
    const auto found = by_descriptor_.find(descriptor);
    if (found == by_descriptor_.end()) {
        return {};
    }
    const ConnectionId id = found->second;
    erase(id);
    return {{id, EndReason::lost}};
}

AcceptedConnection* AcceptedTable::greet(const Greeting& newcomer,
                                         std::vector<Ended>& ended) {
    if (open_.count(newcomer.descriptor) == 0) {
        return nullptr;
    }
    const auto end = [&](ConnectionId id, EndReason reason) {
        erase(id);
        ended.push_back({id, reason});
    };
    if (const auto same = by_key_.find(newcomer.peer); same != by_key_.end()) {
        end(same->second, EndReason::replaced);
    }
    if (const auto same = by_descriptor_.find(newcomer.descriptor); same != by_descriptor_.end()) {
        end(same->second, EndReason::lost);
    }
    if (const auto same = by_routing_id_.find(newcomer.routing_id); same != by_routing_id_.end()) {
        end(same->second.id, EndReason::lost);
    }
    by_id_[number_of(newcomer.id)] = newcomer.routing_id;
    by_key_[newcomer.peer] = newcomer.id;
    by_descriptor_[newcomer.descriptor] = newcomer.id;
    AcceptedConnection& made = by_routing_id_[newcomer.routing_id];
    static_cast<Greeting&>(made) = newcomer;
    return &made;
}

AcceptedTable::Claim AcceptedTable::check(const std::string& routing_id,
                                          const PeerKey& peer) const {
    const auto found = by_routing_id_.find(routing_id);
    if (found == by_routing_id_.end()) {
        return Claim::stray;
    }
    return found->second.peer == peer ? Claim::known : Claim::foreign;
}

AcceptedConnection* AcceptedTable::find(const std::string& routing_id) {
    const auto found = by_routing_id_.find(routing_id);
    return found == by_routing_id_.end() ? nullptr : &found->second;
}

AcceptedConnection* AcceptedTable::find(ConnectionId id) {
    const auto found = by_id_.find(number_of(id));
    return found == by_id_.end() ? nullptr : find(found->second);
}

const AcceptedConnection* AcceptedTable::find(ConnectionId id) const {
    const auto found = by_id_.find(number_of(id));
    return found == by_id_.end() ? nullptr : &by_routing_id_.at(found->second);
}

void AcceptedTable::erase(ConnectionId id) {
    const AcceptedConnection* connection = find(id);
    if (connection == nullptr) {
        return;
    }
    by_key_.erase(connection->peer);
    by_descriptor_.erase(connection->descriptor);
    by_routing_id_.erase(std::string(connection->routing_id));
    by_id_.erase(number_of(id));
}

void AcceptedTable::for_each(const std::function<void(AcceptedConnection&)>& visit) {
    for (auto& [routing_id, connection] : by_routing_id_) {
        visit(connection);
    }
}

void AcceptedTable::clear() {
    by_routing_id_.clear();
    by_id_.clear();
    by_key_.clear();
    by_descriptor_.clear();
    open_.clear();
}

}  // namespace entrepot::replication
