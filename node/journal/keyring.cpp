#include "node/journal/keyring.hpp"

namespace entrepot::node {

std::size_t Keyring::follow(const replication::Roster& roster) {
    std::size_t added = 0;
    const bool is_in_force = roster.node(self_) != nullptr && !roster.is_revoked(self_);
    std::erase_if(keys_, [&](const auto& held) {  // of a right that was withdrawn
        return is_in_force && roster.right(self_, held.first.first) < replication::Right::read;
    });
    for (const replication::KeyWrap* wrap : roster.wraps_for(self_)) {
        if (is_in_force && roster.right(self_, wrap->compartment) < replication::Right::read) {
            continue;
        }
        const std::pair place(wrap->compartment, wrap->generation);
        if (keys_.contains(place)) {
            continue;
        }
        if (auto key = replication::unwrap_key(*wrap, box_)) {
            keys_.emplace(place, *std::move(key));
            ++added;
        }
    }
    return added;
}

const crypto::Secret* Keyring::find(const replication::CompartmentId& compartment,
                                    replication::Generation generation) const {
    const auto found = keys_.find({compartment, generation});
    return found == keys_.end() ? nullptr : &found->second;
}

std::vector<crypto::Secret> Keyring::all_of(const replication::CompartmentId& compartment) const {
    std::vector<crypto::Secret> out;
    for (auto at = keys_.lower_bound({compartment, {}});
         at != keys_.end() && at->first.first == compartment; ++at) {
        out.push_back(at->second.duplicate());
    }
    return out;
}

}  // namespace entrepot::node
