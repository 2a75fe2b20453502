#include "node/worker/worker_api.hpp"

#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"
#include "node/api/router.hpp"
#include "node/desk/headquarters.hpp"
#include "node/desk/listing.hpp"
#include "node/desk/names.hpp"
#include "node/desk/verification.hpp"
#include "node/exchange/partners.hpp"
#include "node/forks/forks.hpp"
#include "node/headquarters/quarantine.hpp"
#include "node/worker/administration_routes.hpp"
#include "node/worker/audit_routes.hpp"
#include "node/worker/audited.hpp"
#include "node/worker/call.hpp"
#include "node/worker/officer_routes.hpp"
#include "node/worker/partner_routes.hpp"
#include "node/worker/work_loop.hpp"
#include "replication/roster/roster_file.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr RouteNeeds reads{Duty::read, true};
constexpr RouteNeeds captures{Duty::capture, true};
constexpr RouteNeeds administers{Duty::administer, true};
constexpr RouteNeeds verifies{Duty::verify, true};

/// A route that shows records: answers once the audit says to whom.
Act shown(std::function<Asked(const Call&)> asked, std::function<Result<json>(Call&)> act) {
    return [asked = std::move(asked), act = std::move(act)](Call& call, JsonDone done) {
        if (const auto answer = audited(call.loop, call.request, asked(call), done)) {
            (*answer)(act(call));
        }
    };
}

/// On a screen, unless the request says that it is to be printed or kept as a file.
AuditKind kind_of(const HttpRequest& request, AuditKind on_screen) {
    const std::string act = request.query_value("act").value_or("");
    return act == name_of(AuditKind::print)       ? AuditKind::print
           : act == name_of(AuditKind::exporting) ? AuditKind::exporting
                                                  : on_screen;
}

std::function<Asked(const Call&)> asked_for(std::string what) {
    return [what = std::move(what)](const Call& call) {
        const std::string database = text_of(call.body, "database");
        return Asked{kind_of(call.request, AuditKind::consultation),
                     what + (database.empty() ? "" : " " + database)};
    };
}

Result<SharedRecord> record_of(Call& call) {
    return find_shared_record(call.desk, call.request.capture("id"),
                              call.request.query_value("compartment").value_or(""));
}

json counts_of(Desk& home) {
    json out = json::array();
    for (Desk* desk : home.shared_desks()) {
        for (const Place& place : readable_places(*desk)) {
            for (const auto& [of, count] : desk->views().counts()) {
                if (of.first == place.id) {
                    out.push_back({{"compartment", to_base32(place.id.view())},
                                   {"name", place.name},
                                   {"partner", partner_country(*desk)},
                                   {"database", of.second},
                                   {"records", count.records},
                                   {"conflicts", count.conflicts}});
                }
            }
        }
    }
    return out;
}

json standing_of(Desk& desk) {
    json unopened = json::array();
    for (const auto& [realm, error] : desk.unopened()) {
        unopened.push_back({{"realm", to_base32(realm.view())}, {"why", error.context}});
    }
    const auto quarantined = desk.views().quarantined();
    const auto last = desk.log().last_position();
    return {{"unlocked", true},
            {"name", desk.settings().name},
            {"country", desk.settings().country},
            {"kind", kind_name(desk.settings().kind)},
            {"node", to_base32(desk.keys().self().view())},
            {"position", desk.views().position().value},
            {"log_position", last ? last->value : 0},
            {"roster_length", desk.roster().length().value},
            {"counts", counts_of(desk)},
            {"unopened", std::move(unopened)},
            {"waiting", desk.projector().waiting_count()},
            {"quarantined", quarantined ? quarantined->size() : 0},
            {"uncounted", count_uncounted(desk)},
            {"stalled", desk.views().stalled().size()},
            {"views_bytes", desk.views().used_bytes()},
            {"views_damage", why_remade(desk, false)},
            {"older_log", why_remade(desk, true)},
            {"secrets_locked", crypto::secrets_are_locked()},
            {"hardened", crypto::process_is_hardened()}};
}

/// Of a locked node, or to whom nobody has signed in: that and why.
json standing_for(WorkLoop& loop, const HttpRequest& request) {
    if (loop.desk() == nullptr) {
        return {{"unlocked", false}, {"why", loop.why_locked()}};
    }
    const Acting officer =
        request.peer ? loop.sign_ins().peek(request.peer->uid, token_of(request)) : nullptr;
    if (officer == nullptr) {
        return {{"unlocked", false}, {"why", "no officer is signed in for this account"}};
    }
    json out = standing_of(*loop.desk());
    out["officer"] = officer->name;
    out["roles"] = role_names(officer->roles);
    out["signed_in"] = loop.sign_ins().count();
    return out;
}

json places_of(Desk& desk) {
    json out = json::array();
    for (const Place& place : readable_places(desk)) {
        json members = json::array();
        for (const auto& node : desk.roster().entitled(place.id, replication::Right::relay)) {
            const auto* certificate = desk.roster().node(node);
            members.push_back({{"node", to_base32(node.view())},
                               {"unit", to_base32(certificate->unit.view())},
                               {"name", unit_name(desk, certificate->unit)},
                               {"right", right_name(desk.roster().right(node, place.id))}});
        }
        const auto chosen = default_place(desk.home(), place.database);
        out.push_back({{"id", to_base32(place.id.view())},
                       {"name", place.name},
                       {"database", place.database},
                       {"right", right_name(place.right)},
                       {"default", chosen && chosen->id == place.id},
                       {"partner", partner_country(desk)},
                       {"nodes", std::move(members)}});
    }
    return out;
}

json places_json(Desk& home) {
    json out = json::array();
    for (Desk* desk : home.shared_desks()) {
        for (json& place : places_of(*desk)) {
            out.push_back(std::move(place));
        }
    }
    return {{"compartments", std::move(out)}};
}

void add_record_routes(Router& router, WorkLoop& loop) {
    router.add(
        {"POST", "/records/{database}"}, at_desk(loop, captures, [](Call& call, JsonDone done) {
            const auto kind =
                text_of(call.body, "id").empty() ? AuditKind::collection : AuditKind::alteration;
            put_record(call.desk, call.request.capture("database"), call.body,
                       then_noted(call.loop, kind, std::move(done)));
        }));
    router.add({"GET", "/records/{id}"},
               at_desk(loop, reads, shown(asked_for("record"), [](Call& call) -> Result<json> {
                           TRY_ASSIGN(const auto found, record_of(call));
                           return get_record(*found.desk, found.key);
                       })));
    router.add({"GET", "/records/{id}/history"},
               at_desk(loop, reads, shown(asked_for("history"), [](Call& call) -> Result<json> {
                           TRY_ASSIGN(const auto found, record_of(call));
                           TRY_ASSIGN(json out, record_history(*found.desk, found.key));
                           out["compartment"] = to_base32(found.key.compartment.view());
                           return out;
                       })));
    router.add({"POST", "/records/{id}/resolve"},
               at_desk(loop, {Duty::resolve}, [](Call& call, JsonDone done) {
                   resolve_record(call.desk, call.request.capture("id"), call.body,
                                  then_noted(call.loop, AuditKind::alteration, std::move(done)));
               }));
    router.add({"POST", "/conflicts"},
               at_desk(loop, reads, shown(asked_for("conflicts"), [](Call& call) {
                           return list_conflicts(call.desk,
                                                 {text_of(call.body, "database"), "",
                                                  call.body.value("limit", std::size_t{100}),
                                                  call.body.value("offset", std::size_t{0})});
                       })));
    router.add({"POST", "/search"}, at_desk(loop, reads, [](Call& call, JsonDone done) {
                   auto snapshots = shared_snapshots(call.desk);
                   if (!snapshots) {
                       return done(std::move(snapshots).error());
                   }
                   const ListingWish wish{text_of(call.body, "database"),
                                          text_of(call.body, "query"),
                                          call.body.value("limit", std::size_t{100}),
                                          call.body.value("offset", std::size_t{0}),
                                          call.desk.roster().named_by_erasures()};
                   const auto answer =
                       audited(call.loop, call.request,
                               {kind_of(call.request, AuditKind::search),
                                wish.database + " " + wish.query},
                               done);
                   if (!answer) {
                       return;
                   }
                   call.loop.read_aside(
                       [wish, &desk = call.desk,
                        views = std::make_shared<std::vector<SharedSnapshot>>(
                            *std::move(snapshots))] {
                           return list_records(desk.catalogue(), *views, wish);
                       },
                       in_loop(call.loop, *answer));
               }));
}

Result<json> start_import(Call& call) {
    const auto mapping = call.body.find("mapping");
    if (mapping == call.body.end()) {
        return Error{request_body, "an import needs a mapping"};
    }
    auto parsed = mapping->is_string()
                      ? Mapping::for_documents(mapping->get<std::string>(), call.desk.catalogue())
                      : Mapping::parse(mapping->dump(), "mapping", call.desk.catalogue());
    TRY_ASSIGN(Mapping map, std::move(parsed));
    const std::string where = text_of(call.body, "compartment");
    TRY_ASSIGN(Place place, where.empty() ? default_place(call.desk, map.schema->database)
                                          : find_place(call.desk, where));
    if (place.database != map.schema->database) {
        return Error{place_unknown, "compartment '" + place.name + "' keeps " + place.database +
                                        ", not " + map.schema->database};
    }
    if (place.right != replication::Right::write) {
        return Error{author_no_right, "this node may not write in '" + place.name + "'"};
    }
    const std::string id = to_base32(call.desk.entropy().fixed<replication::RecordId>().view());
    if (!call.body.value("dry_run", false)) {
        call.loop.trail()->note(entry_of_now(
            call.desk, AuditKind::collection,
            "import of " + map.schema->database + " into " + to_base32(place.id.view())));
    }
    call.loop.imports()[id] = std::make_unique<ImportJob>(
        ImportWish{std::move(map), std::move(place), call.body.value("dry_run", false)}, call.desk,
        call.loop.waker());
    return json{{"import", id}};
}

void add_import_routes(Router& router, WorkLoop& loop) {
    const auto job_of = [](Call& call) -> ImportJob* {
        const auto found = call.loop.imports().find(std::string(call.request.capture("id")));
        return found == call.loop.imports().end() ? nullptr : found->second.get();
    };
    router.add({"POST", "/imports"}, at_desk(loop, captures, at_once(start_import)));
    router.add({"POST", "/imports/{id}/rows"},
               at_desk(loop, {Duty::capture, false}, [job_of](Call& call, JsonDone done) {
                   if (auto* job = job_of(call)) {
                       return job->feed(std::move(call.request.body), std::move(done));
                   }
                   done(Error{import_unknown, "no such import here; start one"});
               }));
    router.add({"POST", "/imports/{id}/finish"},
               at_desk(loop, captures, [job_of](Call& call, JsonDone done) {
                   auto* job = job_of(call);
                   if (job == nullptr) {
                       return done(Error{import_unknown, "no such import here; start one"});
                   }
                   job->finish([done, &work = call.loop,
                                id = std::string(call.request.capture("id"))](Result<json> report) {
                       done(std::move(report));
                       work.waker().post([&work, id] { work.imports().erase(id); });
                   });
               }));
}

/// Of the roster held; a node that has none yet must be told whose it may take.
Result<replication::RootPin> root_to_expect(const Call& call, const replication::Roster& held) {
    if (!held.entries().empty()) {
        return replication::RootPin(held.root_fingerprint());
    }
    auto told = replication::RootPin::from_text(call.request.query_value("root").value_or(""));
    if (!told) {
        return Error{told.error().code,
                     "this node holds no roster yet: say its root fingerprint (--root), eight "
                     "words: " +
                         told.error().context};
    }
    return told;
}

void add_administration_routes(Router& router, WorkLoop& loop) {
    for (auto& [method, path, act] : administration_routes()) {
        router.add({method, path},
                   at_desk(loop, administers, [act = std::move(act)](Call& call, JsonDone done) {
                       act(call.desk, call.body, std::move(done));
                   }));
    }
    router.add({"GET", "/quarantine"},
               at_desk(loop, {Duty::own}, at_once([](Call& call) -> Result<json> {
                           return list_quarantine(call.desk);
                       })));
    router.add({"GET", "/forks"},
               at_desk(loop, {Duty::own},
                       at_once([](Call& call) -> Result<json> { return list_forks(call.desk); })));
    router.add({"POST", "/administration/settle"},
               at_desk(loop, administers, [](Call& call, JsonDone done) {
                   settle_fork(call.desk, call.body, std::move(done));
               }));
    router.add({"GET", "/roster"},
               at_desk(loop, {Duty::own}, at_once([](Call& call) -> Result<json> {
                           return describe_roster(call.desk);
                       })));
    router.add(
        {"POST", "/roster/file"},
        at_desk(loop, {Duty::administer, false}, [](Call& call, JsonDone done) {
            if (is_outer_file(call.request.body)) {
                return import_outer(call.desk, call.request.body, std::move(done));
            }
            replication::Roster copy = call.desk.roster();
            const auto root = root_to_expect(call, copy);
            if (!root) {
                return done(root.error());
            }
            const auto added = replication::import_roster(copy, *root, call.request.body);
            if (!added) {
                return done(added.error());
            }
            if (*added == 0) {
                return done(json{{"added", 0}});
            }
            const auto before = copy.entries().end() - static_cast<std::ptrdiff_t>(*added);
            std::vector<Bytes> entries(before, copy.entries().end());
            call.desk.append_roster(std::move(entries), [done, count = *added](Status stored) {
                done(stored ? Result<json>(json{{"added", count}})
                            : Result<json>(std::move(stored).error()));
            });
        }));
    router.add({"POST", "/verify"},
               at_desk(loop, {Duty::verify}, at_once([](Call& call) -> Result<json> {
                           if (call.body.value("rebuild", false)) {
                               TRY(check_duty(call.desk.acting()->roles, Duty::administer));
                               TRY(call.desk.rebuild());
                           }
                           return verify_node(call.desk);
                       })));
}

void add_audit_routes(Router& router, WorkLoop& loop) {
    router.add({"GET", "/audit/entries"}, at_desk(loop, verifies, at_once([](Call& call) {
                                                      return audit_entries(call.desk, call.request);
                                                  })));
    router.add({"POST", "/audit/verify"}, at_desk(loop, {Duty::own}, at_once([](Call& call) {
                                                      return audit_verdict(call.desk, call.body);
                                                  })));
}

void add_roster_download(Router& router, WorkLoop& loop) {
    router.add({"GET", "/roster/file"},
               at_desk_raw(loop, administers, [](Call& call) -> Result<HttpResponse> {
                   HttpResponse out;
                   out.headers["Content-Type"] = "application/octet-stream";
                   out.body = replication::export_roster(call.desk.roster());
                   return out;
               }));
}

void add_access_routes(Router& router, WorkLoop& loop) {
    router.add({"GET", "/standing"}, [&loop](HttpRequest request, Responder responder) {
        loop.waker().post([&loop, request = std::move(request), responder]() mutable {
            answer_to(responder)(standing_for(loop, request));
        });
    });
    router.add({"GET", "/compartments"},
               at_desk(loop, {Duty::own},
                       at_once([](Call& call) -> Result<json> { return places_json(call.desk); })));
}

}  // namespace

HttpHandler worker_routes(WorkLoop& loop) {
    auto router = std::make_shared<Router>();
    add_access_routes(*router, loop);
    add_officer_routes(*router, loop);
    add_record_routes(*router, loop);
    add_import_routes(*router, loop);
    add_administration_routes(*router, loop);
    add_audit_routes(*router, loop);
    add_roster_download(*router, loop);
    add_partner_routes(*router, loop);
    return [router](HttpRequest request, Responder responder) {
        router->handle(std::move(request), std::move(responder));
    };
}

}  // namespace entrepot::node
