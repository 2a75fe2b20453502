#include "node/desk/desk.hpp"

#include <algorithm>

#include "node/databases/reference_number.hpp"
#include "node/desk/officer_desk.hpp"
#include "node/databases/text/time_text.hpp"

namespace entrepot::node {
namespace {

constexpr std::uint64_t flush_after_changes = 20'000;
constexpr std::int64_t flush_after_ms = 1000;

/// Initials of the unit's name, or its first letters when it is one word:
/// "Norman Manley Airport" → NMA.
/// NMA.
std::string unit_letters(const std::string& name) {
    std::string initials, letters;
    bool start = true;
    for (const char c : name) {
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const char capital = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        if (letter) {
            letters += capital;
            initials += start ? std::string(1, capital) : "";
        }
        start = !letter;
    }
    const std::string& out = initials.size() >= 2 ? initials : letters;
    return out.size() >= 2 ? out.substr(0, 8) : "XX";
}

}  // namespace

Result<std::unique_ptr<Desk>> Desk::open(const NodeDirectory& directory, Vault vault,
                                         FrameChannel& channel, const Clock& clock,
                                         const Progress& progress) {
    std::unique_ptr<Desk> out(new Desk(directory, std::move(vault), channel, clock));
    TRY_ASSIGN(out->catalogue_, Catalogue::load({}));
    TRY(out->open_log());
    TRY(out->open_identity());
    TRY(out->open_book());
    TRY(out->follow_roster());
    TRY(out->open_views());
    Status ready = out->read_views(progress);
    if (!ready && is_view_damage(ready.error())) {
        TRY(out->remake_views(directory, ready.error()));
        ready = out->read_views(progress);
    }
    TRY(ready);
    TRY(out->author_->read_tips());
    return out;
}

/// In steps, so that a node that comes back after long, or remakes its views, can say how far it
/// is, and starts from there when it is interrupted. Once in any case: the roster may have grown
/// where the log did not.
Status Desk::read_views(const Progress& progress) {
    constexpr std::uint64_t step = 10'000;
    if (rests_on_other_roster()) {
        TRY(views_->clear());
    }
    TRY(start_projector());
    TRY_ASSIGN(const LogPosition end, log_->last_position());
    const bool is_long = end.value > step && views_->position() < end;
    do {
        const LogPosition upto{std::min(end.value, views_->position().value + step)};
        TRY(projector_->catch_up(upto, own_));
        views_->set_position(upto);
        last_change_ = clock_.steady();
        if (views_->unflushed() >= flush_after_changes) {
            TRY(projector_->flush());
        }
        if (progress && is_long) {
            progress(upto, end);
        }
    } while (views_->position() < end);
    TRY(projector_->retry_stalled());  // keys that came while no worker ran
    return {};
}

Status Desk::remake_views(const NodeDirectory& directory, Error damage) {
    projector_.reset();
    views_.reset();
    TRY(set_views_aside(directory.views()));
    TRY_ASSIGN(views_, ViewStore::open(directory.views(), vault_.vault_key.duplicate()));
    views_damage_ = std::move(damage);
    return {};
}

Status Desk::open_log() {
    TRY_ASSIGN(log_, LogStore::open(directory_.log(), LogStore::Access::read_only,
                                    vault_.link_key.duplicate()));
    return {};
}

/// Numbers of an older log may have been given to commits that it does not hold. So this node's
/// logs are ended before the views, which alone tell, are moved aside.
Status Desk::open_views() {
    start_author();
    const auto compare = [this](const ViewStore& views) -> Status {
        const Status seen = check_seen(views, *log_, roster_);
        if (!seen && seen.error().code == views_ahead) {
            TRY(author_->end_logs());
        }
        return seen;
    };
    TRY_ASSIGN(auto views, node::open_views(directory_.views(), vault_.vault_key, compare));
    views_ = std::move(views.views);
    views_damage_ = std::move(views.damage);
    return {};
}

Status Desk::open_identity() {
    TRY_ASSIGN(auto keys_row, log_->link_row(LinkRow::keys));
    TRY_ASSIGN(const auto settings_row, log_->link_row(LinkRow::settings));
    if (!keys_row || !settings_row) {
        return Error{desk_not_enrolled,
                     "this node has no keys; make it with 'entrepot node create'"};
    }
    const auto relay = crypto::RelayKeys::from_secret(*keys_row);
    crypto::wipe(*keys_row);
    if (!relay) {
        return relay.error();
    }
    TRY_ASSIGN(settings_, decode_settings(*settings_row));
    keys_ = std::make_unique<Keyring>(relay->id(), vault_.box.duplicate());
    return {};
}

Status Desk::start_projector() {
    projector_ = std::make_unique<Projector>(*log_, *views_, *keys_, roster_, *catalogue_);
    return projector_->resume();
}

void Desk::start_author() {
    author_ = std::make_unique<Author>(channel_, *log_, *keys_, roster_, clock_);
    author_->set_realm(realm_);
    author_->set_known([this](const auto& log, const auto& officer) {
        const LogOfficers& known = views_->officers(log);
        const auto found = known.find(officer);
        return found == known.end() ? std::optional<Bytes>()
                                    : replication::encode_officer(found->second);
    });
}

Result<const replication::NodeCertificate*> Desk::self() const {
    const auto* certificate = roster_.node(keys_->self());
    if (certificate == nullptr) {
        return Error{desk_not_enrolled,
                     "this node is not enrolled yet; 'entrepot node join' takes the join file"};
    }
    return certificate;
}

Status Desk::follow_roster() {
    TRY_ASSIGN(const auto entries, log_->roster_entries(roster_.length().value));
    for (const Bytes& entry : entries) {
        const Status added = roster_.append(entry);
        if (!added && added.error().code == replication::roster_chain) {
            return follow_settlement();
        }
        TRY(added);
    }
    if (!entries.empty() && keys_->follow(roster_) > 0 && projector_) {
        TRY(projector_->retry_stalled());
    }
    return {};
}

/// A settled roster took the place of the one held: rights, keys and views anew from its beginning.
Status Desk::follow_settlement() {
    TRY_ASSIGN(const auto entries, log_->roster_entries());
    TRY_ASSIGN(auto settled, replication::Roster::from_entries(entries));
    TRY(settled.settles(roster_));
    roster_ = std::move(settled);
    erased_ = {};
    keys_->follow(roster_);
    return projector_ ? rebuild() : Status();
}

/// Whether the views rest on a roster whose place another took while no worker ran.
bool Desk::rests_on_other_roster() const {
    const CountedMarks& marks = std::as_const(*views_).counted();
    return marks.roster_length.value > 0 && (marks.roster_length > roster_.length() ||
                                             roster_.hash_at(marks.roster_length) != marks.roster);
}

Status Desk::follow_log() {
    TRY_ASSIGN(const auto upto, log_->last_position());
    TRY_ASSIGN(const bool moved, projector_->has_counted_set_moved());
    if (upto == views_->position() && !moved) {
        return {};
    }
    auto changed = projector_->catch_up(upto, own_);
    last_change_ = clock_.steady();
    if (changed && views_->unflushed() >= flush_after_changes) {
        TRY(projector_->flush());
    }
    if (!changed) {  // the batch may be half done: go back to what was durable
        TRY(views_->forget_batch());
        TRY(start_projector());
        return std::move(changed).error();
    }
    return {};
}

void Desk::flush_if_due() {
    for (const auto& [realm, desk] : outer_) {
        desk->flush_if_due();
    }
    if (views_->unflushed() > 0 && clock_.steady().ms - last_change_.ms >= flush_after_ms) {
        if (!projector_->flush() && !start_projector()) {
            last_change_ = clock_.steady();  // a full disk: try again later, the log has everything
        }
    }
}

void Desk::flush() {
    for (const auto& [realm, desk] : outer_) {
        desk->flush();
    }
    if (views_->unflushed() > 0) {
        static_cast<void>(projector_->flush());
    }
}

void Desk::handle(const ChannelMessage& message) {
    if (const auto* stored = std::get_if<Stored>(&message)) {
        settled_.emplace_back(stored->ticket, Status{});
    } else if (const auto* failed = std::get_if<Failed>(&message)) {
        own_.clear();
        const Status tips = author_->read_tips();
        settled_.emplace_back(failed->ticket, tips ? Status(error_of(*failed)) : tips);
    }
}

void Desk::take_own(const std::vector<ChannelMessage>& messages) {
    const Status current = log_->follow_compaction();
    for (const ChannelMessage& message : messages) {
        handle(message);
    }
    Status followed = current ? follow_roster() : current;
    if (followed) {
        followed = follow_log();
    }
    for (const auto& [ticket, status] : std::exchange(settled_, {})) {
        finish(ticket, status ? followed : status);
    }
    follow_erasures();
    write_lost();
}

void Desk::finish(Ticket ticket, const Status& status) {
    const auto found = pending_.find(ticket);
    if (found == pending_.end()) {
        return;
    }
    const auto [done, acting] = std::move(found->second);
    pending_.erase(found);
    const ActingAs as(*this, acting);
    done(status);
}

/// How often this node went on with an older disk: each time ended its logs once.
Result<std::size_t> Desk::restores() const {
    TRY_ASSIGN(const auto ended, log_->ended());
    std::map<replication::CompartmentId, std::size_t> count;
    std::size_t out = 0;
    for (const auto& log : ended) {
        out = std::max(out, ++count[log.compartment]);
    }
    return out;
}

/// Numbers after the last one given. Blocks: the certificate's, its spare, further ones. Once the
/// disk was an older one, numbers of the block in use may have been given: the spare is next.
Result<std::uint32_t> Desk::next_number() const {
    TRY(self());
    TRY_ASSIGN(const std::size_t used_up, restores());
    const auto blocks = roster_.numbers_of(keys_->self());
    const std::uint32_t last = std::max(given_reference_, views_->last_reference());
    for (std::size_t i = used_up; i < blocks.size(); ++i) {
        const bool is_spare = i == 1 && used_up == 0;
        const std::uint32_t end = blocks[i].first + blocks[i].count;
        if (!is_spare && last + 1 < end && blocks[i].count > 0) {
            return std::max(last + 1, blocks[i].first);
        }
    }
    return Error{desk_no_numbers,
                 "this node's block of reference numbers is used up; ask headquarters for another"};
}

Result<std::string> Desk::next_reference() {
    if (home_ != nullptr) {
        return home_->next_reference();
    }
    TRY_ASSIGN(const std::uint32_t next, next_number());
    given_reference_ = next;
    const std::string day = utc_text(clock_.wall());
    return to_text(ReferenceNumber{settings_.country, unit_letters(settings_.name),
                                   static_cast<std::uint16_t>(std::stoi(day.substr(0, 4))), next});
}

Result<PackedChange> Desk::pack(replication::Change change) {
    TRY(replication::check_change(change));
    TRY_ASSIGN(const Bytes plain, replication::encode_change(change));
    return PackedChange{std::move(change), packing_.pack(plain)};
}

void Desk::save(const replication::CompartmentId& compartment, std::vector<PackedChange> changes,
                Done done) {
    if (auto allowed = check_acting(changes); !allowed) {
        return done(std::move(allowed).error());
    }
    auto ticket = author_->save(compartment, std::move(changes), signer(), own_);
    if (!ticket) {
        return done(std::move(ticket).error());
    }
    pending_.emplace(*ticket, std::pair(std::move(done), acting()));
}

Status Desk::check_acting(const std::vector<PackedChange>& changes) const {
    Attested by;
    if (const Acting& officer = acting()) {
        if (officer->ended) {
            return Error{access_not_signed_in, "the officer's sign-in has ended"};
        }
        by.officers.push_back(officer->officer);
        by.roles = officer->roles;
    }
    for (const PackedChange& packed : changes) {
        TRY(check_roles(*catalogue_, packed.change, by));
    }
    return {};
}

std::optional<Signer> Desk::signer() const {
    const Acting& officer = acting();
    if (!officer) {
        return std::nullopt;
    }
    Signer out{officer->officer, &officer->key, officer->certificate};
    for (const OfficerAccount& account : officers().all()) {
        if (account.officer != officer->officer) {
            out.others.emplace_back(account.officer, account.certificate);
        }
    }
    return out;
}

void Desk::save_audit(const replication::CompartmentId& compartment,
                      std::vector<PackedChange> changes, Done done) {
    OwnChanges unmerged;
    auto ticket = author_->save(compartment, std::move(changes), std::nullopt, unmerged);
    if (!ticket) {
        return done(std::move(ticket).error());
    }
    pending_.emplace(*ticket, std::pair(std::move(done), acting_));
}

void Desk::append_roster(std::vector<Bytes> entries, Done done) {
    home().append_outer_roster(realm_, std::move(entries), std::move(done));
}

void Desk::append_outer_roster(const RealmId& realm, std::vector<Bytes> entries, Done done) {
    auto ticket = author_->append_roster(std::move(entries), realm);
    if (!ticket) {
        return done(std::move(ticket).error());
    }
    if (!realm.is_zero() && outer(realm) == nullptr) {
        beginning_.emplace(*ticket, realm);
    }
    pending_.emplace(*ticket, std::pair(std::move(done), acting()));
}

Result<std::unique_ptr<ViewSnapshot>> Desk::snapshot() {
    if (views_->unflushed() > 0) {
        TRY(projector_->flush());
    }
    return views_->snapshot();
}

Status Desk::rebuild() {
    TRY(views_->clear());
    TRY(start_projector());
    TRY(follow_log());
    return projector_->flush();
}

}  // namespace entrepot::node
