#include "node/exchange/partners.hpp"

#include <nlohmann/json.hpp>

#include "crypto/words.hpp"
#include "node/databases/json_text.hpp"
#include "node/headquarters/audit_places.hpp"
#include "node/headquarters/lost_places.hpp"
#include "node/roots/partnership.hpp"
#include "replication/roster/roster_file.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::NewGrant;
using replication::NodeKind;
using replication::Right;
using replication::Roster;

constexpr std::string_view released_databases[] = {"seizures", "suspects", "companies"};
constexpr std::string_view messages = "messages";

bool is_made_here(const Roster& outer, const Roster& home) {
    return home.had_roots(outer.root_fingerprint());
}

/// Root keys that were stolen and have left since could begin a roster anew under the fingerprint
/// that is pinned; one that is held counts, and the changes of root keys in it.
Status check_no_second(Desk& home, const Roster& outer) {
    for (const Desk* desk : home.shared_desks()) {
        const Roster& held = desk->roster();
        if (held.partner() && held.administration() != outer.administration() &&
            held.root_fingerprint() == outer.root_fingerprint() &&
            held.partner()->fingerprint == outer.partner()->fingerprint) {
            return Error{partner_second, "another roster, begun by the same root keys for the same "
                                         "partner, is held here: ask its maker for that one"};
        }
    }
    return {};
}

/// The file's roster, if it is shared with this administration.
Result<Roster> read_outer(Desk& home, ByteView file) {
    TRY_ASSIGN(const auto entries, replication::roster_file_entries(file));
    TRY_ASSIGN(Roster outer, Roster::from_entries(entries));
    if (!is_made_here(outer, home.roster())) {
        TRY(check_theirs(outer, home.roster()));
    } else {
        TRY(check_ours(outer, home.roster()));
    }
    TRY(check_no_second(home, outer));
    return outer;
}

/// What the file has beyond the one held, or in its place where it settles a fork.
Result<std::vector<Bytes>> new_entries(const Desk* held, const Roster& outer, ByteView file) {
    if (held == nullptr) {
        return outer.entries();
    }
    Roster copy = held->roster();
    TRY_ASSIGN(const auto added, replication::import_roster(copy, copy.root_fingerprint(), file));
    const auto& all = copy.entries();
    return std::vector<Bytes>(all.end() - static_cast<std::ptrdiff_t>(added), all.end());
}

std::vector<NewGrant> partner_grants(const Roster& outer, Right right) {
    std::vector<NewGrant> out;
    for (const auto* node : outer.nodes()) {
        if (node->kind == NodeKind::partner && !outer.is_revoked(node->identity.id())) {
            out.push_back({node->identity.id(), right});
        }
    }
    return out;
}

/// Adds the compartment unless it is there, or makes it again that a branch of the roster lost;
/// whether it was added.
Result<bool> add_missing(Continuation& roster, std::string_view database, const std::string& name,
                         Right right) {
    if (find_named(roster.desk(), roster.roster(), database, name) != nullptr) {
        return false;
    }
    auto grants = partner_grants(roster.roster(), right);
    if (const auto lost = find_lost(roster, database, name)) {
        const auto own = headquarters_grants(roster.roster());
        grants.insert(grants.end(), own.begin(), own.end());
        TRY(make_again(roster, *lost, name, grants));
        return true;
    }
    TRY(add_compartment(roster, database, name, std::move(grants)));
    return true;
}

Result<Desk*> ready_desk(Desk& home, const std::string& country) {
    TRY(check_headquarters(home));
    TRY_ASSIGN(Desk* const outer, partner_desk(home, country, MadeBy::us));
    TRY(check_headquarters(*outer));
    if (partner_grants(outer->roster(), Right::read).empty()) {
        return Error{partner_not_ready, "the headquarters of " + country +
                                            " is not certified yet: 'entrepot administration "
                                            "partner' with --theirs"};
    }
    return outer;
}

void append(Desk& desk, std::vector<Bytes> entries, const json& answer, JsonDone done) {
    if (entries.empty()) {
        return done(answer);
    }
    desk.append_roster(std::move(entries), [answer, done = std::move(done)](Status stored) {
        done(stored ? Result<json>(answer) : Result<json>(std::move(stored).error()));
    });
}

/// Our own roster's entries, then the outer one's.
void append_both(Continuation& ours, Continuation& outer, const json& answer, JsonDone done) {
    append(ours.desk(), ours.take(), answer,
           [desk = &outer.desk(), entries = outer.take(), done](Result<json> stored) {
               stored ? append(*desk, entries, *stored, done) : done(std::move(stored));
           });
}

/// Compartments in the partner's roster, and at home the register of what is released.
Status make_lacking(Continuation& outer, Continuation& home, const std::string& country,
                    json& made) {
    const std::string own = home.desk().settings().country;
    const auto add = [&](Continuation& roster, std::string_view database, const std::string& name,
                         Right right) -> Status {
        TRY_ASSIGN(const bool added, add_missing(roster, database, name, right));
        if (added) {
            made.push_back(name);
        }
        return {};
    };
    for (const auto database : released_databases) {
        TRY(add(outer, database, released_name(own, country, database), Right::read));
    }
    TRY(add(outer, messages, released_name(own, country, messages), Right::write));
    TRY(add_audit_places(home));
    return add(home, "releases", "releases", Right::none);
}

json compartments_of(Desk& home, const std::string& country) {
    json out = json::array();
    for (const MadeBy maker : {MadeBy::us, MadeBy::partner}) {
        const auto desk = partner_desk(home, country, maker);
        for (const Place& place : desk ? readable_places(**desk) : std::vector<Place>{}) {
            out.push_back({{"id", to_base32(place.id.view())},
                           {"name", place.name},
                           {"database", place.database},
                           {"right", right_name(place.right)}});
        }
    }
    return out;
}

}  // namespace

std::string released_name(const std::string& from, const std::string& to,
                          std::string_view database) {
    return from + " to " + to + " " + std::string(database);
}

bool is_outer_file(ByteView file) {
    const auto entries = replication::roster_file_entries(file);
    if (!entries) {
        return false;
    }
    const auto first = replication::decode_entry(entries->front());
    return first && std::holds_alternative<replication::OuterGenesis>(first->content);
}

void import_outer(Desk& home, ByteView file, JsonDone done) {
    auto outer = read_outer(home, file);
    if (!outer) {
        return done(std::move(outer).error());
    }
    const auto realm = outer->administration();
    auto entries = new_entries(home.outer(realm), *outer, file);
    if (!entries) {
        return done(std::move(entries).error());
    }
    const json country = is_made_here(*outer, home.roster()) ? outer->partner()->country
                                                             : outer->genesis()->country;
    const json answer{{"added", entries->size()}, {"country", country}};
    if (entries->empty()) {
        return done(answer);
    }
    home.append_outer_roster(realm, *std::move(entries), [answer, done](Status stored) {
        done(stored ? Result<json>(answer) : Result<json>(std::move(stored).error()));
    });
}

Result<Desk*> partner_desk(Desk& home, const std::string& country, MadeBy maker) {
    for (Desk* desk : home.shared_desks()) {
        const bool is_ours = is_made_here(desk->roster(), home.roster());
        if (desk != &home && partner_country(*desk) == country &&
            is_ours == (maker == MadeBy::us)) {
            return desk;
        }
    }
    for (const auto& partner : home.roster().partners()) {
        if (partner.country == country && partner.in_force) {
            return Error{partner_not_ready,
                         "the roster shared with " + country + " is not here; 'entrepot roster "
                         "import' takes it"};
        }
    }
    return Error{partner_unknown, "there is no partnership with '" + country +
                                      "'; 'entrepot partner list' shows them"};
}

Result<Bytes> export_outer(Desk& home, const std::string& country, MadeBy maker) {
    TRY_ASSIGN(const Desk* const desk, partner_desk(home, country, maker));
    return replication::export_roster(desk->roster());
}

void open_partner(Desk& home, const std::string& country, JsonDone done) {
    auto outer = ready_desk(home, country);
    if (!outer) {
        return done(std::move(outer).error());
    }
    Continuation theirs(**outer), ours(home);
    json made = json::array();
    if (auto prepared = make_lacking(theirs, ours, country, made); !prepared) {
        return done(std::move(prepared).error());
    }
    append_both(ours, theirs, {{"made", std::move(made)}}, std::move(done));
}

void add_joint(Desk& home, const json& body, JsonDone done) {
    const std::string database = text_member(body, "database"), name = text_member(body, "name");
    const auto prepare = [&](Continuation& roster) -> Status {
        TRY(home.catalogue().schema(database));
        if (name.empty()) {
            return Error{request_body, "a compartment needs a name"};
        }
        TRY_ASSIGN(const bool added, add_missing(roster, database, name, Right::write));
        return added ? Status() : Status(Error{request_body, "'" + name + "' is there already"});
    };
    auto outer = ready_desk(home, text_member(body, "country"));
    if (!outer) {
        return done(std::move(outer).error());
    }
    Continuation theirs(**outer), ours(home);
    Status prepared = prepare(theirs);
    if (prepared) {
        prepared = add_audit_places(ours);
    }
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    append_both(ours, theirs, {{"made", json::array({name})}}, std::move(done));
}

json list_partners(Desk& home) {
    json out = json::array();
    for (const auto& partner : home.roster().partners()) {
        out.push_back({{"country", partner.country},
                       {"words", crypto::eight_words(partner.fingerprint)},
                       {"in_force", partner.in_force},
                       {"ours", partner_desk(home, partner.country, MadeBy::us).has_value()},
                       {"theirs", partner_desk(home, partner.country, MadeBy::partner).has_value()},
                       {"compartments", compartments_of(home, partner.country)}});
    }
    return out;
}

}  // namespace entrepot::node
