#include "node/journal/keyring.hpp"

#include <algorithm>

#include "replication/log/commit_opener.hpp"

namespace entrepot::node {

std::size_t Keyring::follow(const replication::Roster& roster) {
    std::size_t added = 0;
    const bool is_in_force = roster.node(self_) != nullptr && !roster.is_revoked(self_);
    std::erase_if(keys_, [&](const auto& held) {  // of a right that was withdrawn
        return is_in_force && roster.kept_right(self_, held.first.first) < replication::Right::read;
    });
    std::map<Place, std::size_t> opened;
    for (const replication::KeyWrap* wrap : roster.wraps_for(self_)) {
        if (is_in_force && roster.kept_right(self_, wrap->compartment) < replication::Right::read) {
            continue;
        }
        const Place place(wrap->compartment, wrap->generation);
        std::vector<Key>& held = keys_[place];
        const std::size_t before = held.size();
        if (open(*wrap, held, opened[place])) {
            ++opened[place];
            added += held.size() - before;
        }
    }
    note_doubled(roster);
    return added;
}

void Keyring::note_doubled(const replication::Roster& roster) {
    for (auto at = keys_.begin(); at != keys_.end();
         at = keys_.upper_bound({at->first.first, {UINT32_MAX}})) {
        for (const auto& [generation, lost] : roster.lost_keys(at->first.first, self_)) {
            doubled_.emplace(at->first.first, generation);
        }
    }
}

/// Puts the wrap's key at that place of those held, which may have it further back.
bool Keyring::open(const replication::KeyWrap& wrap, std::vector<Key>& held, std::size_t at) {
    auto found = std::find_if(held.begin(), held.end(), [&](const Key& key) {
        return equal(key.envelope, wrap.envelope);
    });
    if (found == held.end()) {
        auto key = replication::unwrap_key(wrap, box_);
        if (!key) {
            return false;
        }
        found = std::find_if(held.begin(), held.end(), [&](const Key& other) {
            return equal(other.key.view(), key->view());
        });
        if (found == held.end()) {
            found = held.insert(held.end(), Key{wrap.envelope, *std::move(key)});
        }
    }
    const auto place = held.begin() + static_cast<std::ptrdiff_t>(at);
    if (found < place) {
        return false;  // the same key in a later wrap
    }
    std::rotate(place, found, std::next(found));
    return true;
}

const crypto::Secret* Keyring::find(const replication::CompartmentId& compartment,
                                    replication::Generation generation) const {
    const auto found = keys_.find({compartment, generation});
    return found == keys_.end() || found->second.empty() ? nullptr : &found->second.front().key;
}

const crypto::Secret* Keyring::find(const replication::CompartmentId& compartment,
                                    const replication::CommitHeader& commit) const {
    const auto found = keys_.find({compartment, commit.generation});
    const bool is_doubled = doubled_.contains({compartment, commit.generation});
    if (found == keys_.end() || (found->second.size() < 2 && !is_doubled)) {
        return find(compartment, commit.generation);
    }
    const auto opens = std::find_if(found->second.begin(), found->second.end(), [&](const Key& k) {
        return replication::is_sealed_under(commit, k.key);
    });
    return opens == found->second.end() ? nullptr : &opens->key;
}

std::vector<replication::GenerationKey> Keyring::all_of(
    const replication::CompartmentId& compartment) const {
    std::vector<replication::GenerationKey> out;
    for (auto at = keys_.lower_bound({compartment, {}});
         at != keys_.end() && at->first.first == compartment; ++at) {
        for (const Key& held : at->second) {
            out.push_back({at->first.second, held.key.duplicate()});
        }
    }
    return out;
}

}  // namespace entrepot::node
