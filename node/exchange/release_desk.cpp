#include "node/exchange/release_desk.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/field_value.hpp"
#include "node/databases/json_text.hpp"
#include "node/databases/text/date_text.hpp"
#include "node/databases/text/time_text.hpp"
#include "node/databases/validate.hpp"
#include "node/desk/names.hpp"
#include "node/desk/places.hpp"
#include "node/desk/token.hpp"
#include "node/exchange/release.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Assignment;
using replication::CodeValue;
using replication::RecordKey;
using replication::RecordState;

constexpr std::string_view database = "releases";

/// A release worked out, not yet written anywhere.
struct Planned {
    SharedRecord source;
    RecordState state;
    std::string database;
    ReleaseWish wish;
    Release release;
    Desk* outer = nullptr;
    Place to;
};

std::set<replication::Path> paths_of(const json& body, const char* name) {
    std::set<replication::Path> out;
    for (const json& path : body.value(name, json::array())) {
        if (path.is_string()) {
            out.insert(path.get<std::string>());
        }
    }
    return out;
}

ReleaseWish wish_of(Desk& home, const json& body) {
    ReleaseWish out;
    out.marking = {home.settings().country, text_member(body, "partner"),
                   text_member(body, "basis"), text_member(body, "handling"),
                   date_from_text(text_member(body, "until"))};
    out.added = paths_of(body, "added");
    out.cleared = paths_of(body, "cleared");
    out.today = *date_from_text(utc_text(home.wall()).substr(0, 10));
    return out;
}

Result<Planned> plan(Desk& home, const json& body) {
    Planned out;
    TRY_ASSIGN(out.source, find_shared_record(home, text_member(body, "record"),
                                              text_member(body, "compartment")));
    TRY_ASSIGN(auto state, out.source.desk->views().load(out.source.key));
    if (!state) {
        return Error{place_unknown, "that record is not here"};
    }
    out.state = *std::move(state);
    out.database = out.state.database;
    out.wish = wish_of(home, body);
    TRY_ASSIGN(const Schema* schema, home.catalogue().schema(out.database));
    TRY_ASSIGN(out.release, make_release(*schema, out.state, out.wish));
    const std::string& partner = out.wish.marking.partner;
    TRY_ASSIGN(out.outer, partner_desk(home, partner, MadeBy::us));
    auto to = find_place(*out.outer,
                         released_name(home.settings().country, partner, out.database));
    if (!to) {
        return Error{partner_not_ready, "nothing of '" + out.database + "' can be released to " +
                                            partner + " yet: 'entrepot partner open " + partner +
                                            "'"};
    }
    out.to = *std::move(to);
    return out;
}

json lines_of(const Release& release) {
    json out = json::array();
    for (const ReleaseLine& line : release.lines) {
        out.push_back({{"path", line.source},
                       {"fate", name_of(line.fate.fate)},
                       {"why", name_of(line.fate.reason)}});
    }
    return out;
}

json copy_of(const Release& release) {
    json out = json::array();
    for (const Assignment& assignment : release.assignments) {
        out.push_back({{"path", assignment.path}, {"value", value_to_json(assignment.value)}});
    }
    return out;
}

json listed(const std::set<replication::Path>& paths) {
    json out = json::array();
    for (const auto& path : paths) {
        out.push_back({{"path", path}});
    }
    return out;
}

/// What the register says of a release: all that its wish was, so that it can be worked out again.
json entry_of(Desk& home, const Planned& planned, const RecordKey& copy, const json& body) {
    const Marking& marking = planned.wish.marking;
    json out{{"partner", marking.partner},
             {"database", planned.database},
             {"source", reference_to_text(planned.source.key)},
             {"copy", reference_to_text(copy)},
             {"legal_basis", marking.basis},
             {"handling", marking.handling},
             {"until", date_to_text(*marking.until)},
             {"seen", make_token(planned.source.key, planned.state.shown, home.vault().vault_key)},
             {"added", listed(planned.wish.added)},
             {"cleared", listed(planned.wish.cleared)},
             {"state", planned.release.needs_second_officer ? "proposed" : "approved"}};
    if (const std::string purpose = text_member(body, "purpose"); !purpose.empty()) {
        out["purpose"] = purpose;
    }
    return out;
}

/// The wish that a register entry keeps, as a body of preview_release.
json body_of(const RegisteredRelease& entry) {
    const auto source = entry.reference("source");
    json out{{"record", source ? to_base32(source->record.view()) : ""},
             {"compartment", source ? to_base32(source->compartment.view()) : ""},
             {"partner", entry.text("partner")},
             {"basis", entry.text("legal_basis")},
             {"handling", entry.text("handling")},
             {"until", entry.text("until")},
             {"added", json::array()},
             {"cleared", json::array()}};
    for (const auto& path : entry.state.paths) {
        for (const char* group : {"added", "cleared"}) {
            const std::string start = std::string(group) + "/";
            if (path.path.starts_with(start) && path.path.ends_with("/path")) {
                out[group].push_back(entry.text(path.path));
            }
        }
    }
    return out;
}

/// The copy first, then the register: a copy without its entry would be one that nobody knows of,
/// and an approved entry without its copy is carried out again.
void carry_out(Desk& home, Planned planned, const RegisteredRelease& entry, JsonDone done) {
    const auto copy = entry.reference("copy");
    if (!copy) {
        return done(Error{release_state, "the register names no copy"});
    }
    const auto finish = [&home, entry, done](Status copied) {
        if (!copied) {
            return done(std::move(copied).error());
        }
        const auto tell = [entry, done](Status kept) {
            done(kept ? Result<json>(answer_for(entry, "carried_out"))
                      : Result<json>(std::move(kept).error()));
        };
        save_release(home, entry, {{"state", CodeValue{"carried_out"}}}, tell);
    };
    if (const auto held = planned.outer->views().load(*copy); held && *held) {
        return finish({});
    }
    replication::Change change;
    change.record = copy->record;
    change.database = planned.database;
    change.assignments = std::move(planned.release.assignments);
    save_change(*planned.outer, *copy, std::move(change), finish);
}

/// Officers behind the first change of an entry and behind its state as it stands.
struct Deciders {
    replication::OfficerId proposed, decided;
    std::size_t changes = 0;
};

Result<Deciders> deciders_of(Desk& home, const RegisteredRelease& entry) {
    TRY_ASSIGN(const auto row, home.views().record(entry.key));
    const auto* state = entry.state.find("state");
    if (!row || row->dots.empty() || state == nullptr || state->siblings.size() != 1) {
        return Error{release_changed, "the register entry is in conflict; resolve it first"};
    }
    TRY_ASSIGN(const auto first, author_of(home, row->dots.front()));
    const auto& approval = entry.state.authors[state->siblings.front().author];
    TRY_ASSIGN(const auto last, author_of(home, approval.dot));
    return Deciders{first.officer, last.officer, row->dots.size()};
}

/// Whether record and proposal stand as they were proposed; gives the release worked out again.
Result<Planned> plan_again(Desk& home, const RegisteredRelease& entry) {
    TRY_ASSIGN(Planned planned, plan(home, body_of(entry)));
    TRY_ASSIGN(const auto seen,
               read_token(entry.text("seen"), planned.source.key, home.vault().vault_key));
    if (seen != planned.state.shown) {
        return Error{release_changed, "the record has changed since this was proposed; refuse it "
                                      "and propose it again"};
    }
    return planned;
}

/// An approval counts when nobody but the proposer wrote the proposal, once.
Status check_decision(Desk& home, const RegisteredRelease& entry, bool needs_second) {
    TRY_ASSIGN(const Deciders by, deciders_of(home, entry));
    const std::string state = entry.text("state");
    const bool is_approved = state == "approved";
    if (state != "proposed" && !is_approved) {
        return Error{release_state, "this release is " + state + " already"};
    }
    if (by.changes > (is_approved ? 2U : 1U)) {
        return Error{release_changed, "the proposal was altered after it was made; refuse it and "
                                      "propose it again"};
    }
    const auto second = is_approved ? by.decided : home.acting()->officer;
    if (needs_second && second == by.proposed) {
        return Error{release_same_officer,
                     "nominal values leave when two officers agree; you proposed this yourself"};
    }
    return {};
}

void approve(Desk& home, const RegisteredRelease& entry, JsonDone done) {
    auto planned = plan_again(home, entry);
    if (!planned) {
        return done(std::move(planned).error());
    }
    if (auto allowed = check_decision(home, entry, planned->release.needs_second_officer);
        !allowed) {
        return done(std::move(allowed).error());
    }
    if (entry.text("state") == "approved") {
        return carry_out(home, *std::move(planned), entry, std::move(done));
    }
    save_release(home, entry, {{"state", CodeValue{"approved"}}},
                 [&home, id = to_base32(entry.key.record.view()),
                  planned = std::make_shared<Planned>(*std::move(planned)), done](Status kept) {
                     auto approved = kept ? find_release(home, id)
                                          : Result<RegisteredRelease>(std::move(kept).error());
                     if (!approved) {
                         return done(std::move(approved).error());
                     }
                     carry_out(home, std::move(*planned), *approved, done);
                 });
}

}  // namespace

Result<json> preview_release(Desk& home, const json& body) {
    TRY_ASSIGN(const Planned planned, plan(home, body));
    return json{{"lines", lines_of(planned.release)},
                {"copy", copy_of(planned.release)},
                {"compartment", planned.to.name},
                {"needs_second_officer", planned.release.needs_second_officer}};
}

void propose_release(Desk& home, const json& body, JsonDone done) {
    auto planned = plan(home, body);
    auto place = planned ? register_place(home) : Result<Place>(planned.error());
    if (!place) {
        return done(std::move(place).error());
    }
    const Schema* schema = *home.catalogue().schema(database);
    const RecordKey copy{planned->to.id, home.entropy().fixed<replication::RecordId>()};
    ReadDocument read = read_document(*schema, entry_of(home, *planned, copy, body));
    if (!read.problems.empty()) {
        return done(as_error(read.problems));
    }
    replication::Change change;
    change.record = home.entropy().fixed<replication::RecordId>();
    change.database = database;
    change.assignments = std::move(read.assignments);
    const RecordKey key{place->id, change.record};
    save_change(home, key, std::move(change),
         [&home, key, planned = std::make_shared<Planned>(*std::move(planned)),
          done](Status kept) {
             auto entry = kept ? find_release(home, to_base32(key.record.view()))
                               : Result<RegisteredRelease>(std::move(kept).error());
             if (!entry) {
                 return done(std::move(entry).error());
             }
             if (planned->release.needs_second_officer) {
                 return done(answer_for(*entry, "proposed"));
             }
             carry_out(home, std::move(*planned), *entry, done);
         });
}

void decide_release(Desk& home, const json& body, JsonDone done) {
    auto entry = find_release(home, text_member(body, "release"));
    if (!entry) {
        return done(std::move(entry).error());
    }
    if (body.value("approve", false)) {
        return approve(home, *entry, std::move(done));
    }
    const std::string state = entry->text("state");
    if (state != "proposed" && state != "approved") {
        return done(Error{release_state, "this release is " + state + " already"});
    }
    std::vector<Assignment> assignments{{"state", CodeValue{"refused"}}};
    if (const std::string note = text_member(body, "note"); !note.empty()) {
        assignments.insert(assignments.begin(), {"decision_note", note});
    }
    save_release(home, *entry, std::move(assignments), [entry = *entry, done](Status kept) {
        done(kept ? Result<json>(answer_for(entry, "refused"))
                  : Result<json>(std::move(kept).error()));
    });
}

}  // namespace entrepot::node
