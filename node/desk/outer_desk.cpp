// Desk: the desks of outer rosters, which a home desk opens as the link tells of their realms.
#include "node/desk/desk.hpp"

namespace entrepot::node {
namespace {

RealmId realm_of(const ChannelMessage& message) {
    if (const auto* moved = std::get_if<Moved>(&message)) {
        return moved->realm;
    }
    if (const auto* stored = std::get_if<Stored>(&message)) {
        return stored->ticket.realm;
    }
    if (const auto* failed = std::get_if<Failed>(&message)) {
        return failed->ticket.realm;
    }
    return {};
}

}  // namespace

Status Desk::open_outer(const RealmId& realm) {
    Vault vault = Vault::create(vault_.box.duplicate(), {}, entropy_);
    vault.vault_key = realm_key(vault_.vault_key, realm);
    vault.link_key = realm_key(vault_.link_key, realm);
    const NodeDirectory directory = directory_.partner(to_base32(realm.view()));
    std::unique_ptr<Desk> out(new Desk(directory, std::move(vault), channel_, clock_));
    out->home_ = this;
    out->realm_ = realm;
    out->catalogue_ = catalogue_;
    out->settings_ = settings_;
    out->keys_ = std::make_unique<Keyring>(keys_->self(), vault_.box.duplicate());
    TRY(out->open_log());
    TRY(out->follow_roster());
    TRY(out->open_views());
    Status ready = out->read_views({});
    if (!ready && is_view_damage(ready.error())) {
        TRY(out->remake_views(directory, ready.error()));
        ready = out->read_views({});
    }
    TRY(ready);
    TRY(out->author_->read_tips());
    outer_[realm] = std::move(out);
    return {};
}

Desk* Desk::outer(const RealmId& realm) {
    const auto found = outer_.find(realm);
    return found == outer_.end() ? nullptr : found->second.get();
}

std::vector<Desk*> Desk::shared_desks() {
    std::vector<Desk*> out{this};
    for (const auto& [realm, desk] : outer_) {
        if (roster_.shares(desk->roster())) {
            out.push_back(desk.get());
        }
    }
    return out;
}

void Desk::take(std::vector<ChannelMessage> messages) {
    std::map<RealmId, std::vector<ChannelMessage>> sorted;
    const auto sort = [&](auto&& from) {
        for (ChannelMessage& message : from) {
            sorted[realm_of(message)].push_back(std::move(message));
        }
    };
    sort(author_->take_kept());
    for (const auto& [realm, desk] : outer_) {
        sort(desk->author_->take_kept());
    }
    sort(std::move(messages));
    for (const ChannelMessage& message : sorted[RealmId{}]) {
        if (const auto* stored = std::get_if<Stored>(&message)) {
            if (const auto begun = beginning_.extract(stored->ticket)) {
                sorted.try_emplace(begun.mapped());  // before the link tells how far it has come
            }
        }
    }
    for (auto& [realm, theirs] : sorted) {
        if (realm.is_zero()) {
            continue;
        }
        if (outer(realm) == nullptr && !unopened_.contains(realm)) {
            if (auto opened = open_outer(realm); !opened) {
                unopened_.emplace(realm, std::move(opened).error());
            }
        }
    }
    // A done callback of the home desk may look at any of them, so they follow before it.
    for (const auto& [realm, desk] : outer_) {
        desk->take_own(sorted[realm]);
    }
    take_own(sorted[RealmId{}]);
}

}  // namespace entrepot::node
