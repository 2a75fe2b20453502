#include "node/worker/worker_api.hpp"

#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"
#include "node/api/router.hpp"
#include "node/desk/forks.hpp"
#include "node/desk/headquarters.hpp"
#include "node/desk/listing.hpp"
#include "node/desk/names.hpp"
#include "node/desk/verification.hpp"
#include "node/worker/work_loop.hpp"
#include "replication/roster/roster_file.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// What a route is given: the unlocked desk, the request, its body as JSON, and where to answer.
struct Call {
    WorkLoop& loop;
    Desk& desk;
    HttpRequest request;
    json body;
};
using Act = std::function<void(Call& call, JsonDone done)>;

JsonDone answer_to(Responder responder) {
    return [responder](Result<json> out) mutable {
        responder.respond(out ? HttpResponse::json(out->dump()) : problem_response(out.error()));
    };
}

Result<json> body_of(const HttpRequest& request) {
    if (request.body.empty()) {
        return json::object();
    }
    json out = json::parse(as_text(request.body), nullptr, false);
    if (out.is_discarded()) {
        return Error{request_body, "the request's body is not JSON"};
    }
    return out;
}

/// Runs `act` in the worker's thread when the node is unlocked.
HttpHandler at_desk(WorkLoop& loop, bool json_body, Act act) {
    return [&loop, json_body, act = std::move(act)](HttpRequest request, Responder responder) {
        loop.waker().post(
            [&loop, json_body, act, request = std::move(request), responder]() mutable {
                JsonDone done = answer_to(responder);
                if (loop.desk() == nullptr) {
                    return done(Error{worker_locked, loop.why_locked()});
                }
                auto body = json_body ? body_of(request) : Result<json>(json::object());
                if (!body) {
                    return done(std::move(body).error());
                }
                Call call{loop, *loop.desk(), std::move(request), *std::move(body)};
                act(call, std::move(done));
            });
    };
}

/// A route that answers at once.
Act at_once(std::function<Result<json>(Call&)> act) {
    return [act = std::move(act)](Call& call, JsonDone done) { done(act(call)); };
}

std::string text_of(const json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Result<replication::RecordKey> record_of(Call& call) {
    return find_record(call.desk, call.request.capture("id"),
                       call.request.query_value("compartment").value_or(""));
}

json standing_of(Desk& desk) {
    json counts = json::array();
    for (const Place& place : readable_places(desk)) {
        for (const auto& [of, count] : desk.views().counts()) {
            if (of.first == place.id) {
                counts.push_back({{"compartment", to_base32(place.id.view())},
                                  {"name", place.name},
                                  {"database", of.second},
                                  {"records", count.records},
                                  {"conflicts", count.conflicts}});
            }
        }
    }
    const auto quarantined = desk.views().quarantined();
    const auto last = desk.log().last_position();
    return {{"unlocked", true},
            {"officer", desk.vault().officer_name},
            {"name", desk.settings().name},
            {"country", desk.settings().country},
            {"kind", kind_name(desk.settings().kind)},
            {"node", to_base32(desk.keys().self().view())},
            {"position", desk.views().position().value},
            {"log_position", last ? last->value : 0},
            {"roster_length", desk.roster().length().value},
            {"counts", std::move(counts)},
            {"waiting", desk.projector().waiting_count()},
            {"quarantined", quarantined ? quarantined->size() : 0},
            {"stalled", desk.views().stalled().size()},
            {"views_bytes", desk.views().used_bytes()},
            {"views_damage", desk.views_damage() ? desk.views_damage()->context : ""},
            {"secrets_locked", crypto::secrets_are_locked()},
            {"hardened", crypto::process_is_hardened()}};
}

json places_json(Desk& desk) {
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
        const auto chosen = default_place(desk, place.database);
        out.push_back({{"id", to_base32(place.id.view())},
                       {"name", place.name},
                       {"database", place.database},
                       {"right", right_name(place.right)},
                       {"default", chosen && chosen->id == place.id},
                       {"nodes", std::move(members)}});
    }
    return {{"compartments", std::move(out)}};
}

void add_record_routes(Router& router, WorkLoop& loop) {
    router.add({"POST", "/records/{database}"}, at_desk(loop, true, [](Call& call, JsonDone done) {
                   put_record(call.desk, call.request.capture("database"), call.body,
                              std::move(done));
               }));
    router.add({"GET", "/records/{id}"},
               at_desk(loop, true, at_once([](Call& call) -> Result<json> {
                           TRY_ASSIGN(const auto key, record_of(call));
                           return get_record(call.desk, key);
                       })));
    router.add({"GET", "/records/{id}/history"},
               at_desk(loop, true, at_once([](Call& call) -> Result<json> {
                           TRY_ASSIGN(const auto key, record_of(call));
                           return record_history(call.desk, key);
                       })));
    router.add(
        {"POST", "/records/{id}/resolve"}, at_desk(loop, true, [](Call& call, JsonDone done) {
            resolve_record(call.desk, call.request.capture("id"), call.body, std::move(done));
        }));
    router.add({"POST", "/conflicts"}, at_desk(loop, true, at_once([](Call& call) {
                                                   return list_conflicts(
                                                       call.desk,
                                                       {text_of(call.body, "database"), "",
                                                        call.body.value("limit", std::size_t{100}),
                                                        call.body.value("offset", std::size_t{0})});
                                               })));
    router.add({"POST", "/search"}, at_desk(loop, true, [](Call& call, JsonDone done) {
                   auto snapshot = call.desk.snapshot();
                   if (!snapshot) {
                       return done(std::move(snapshot).error());
                   }
                   const ListingWish wish{text_of(call.body, "database"),
                                          text_of(call.body, "query"),
                                          call.body.value("limit", std::size_t{100}),
                                          call.body.value("offset", std::size_t{0})};
                   call.loop.read_aside(
                       [wish, &desk = call.desk,
                        view = std::shared_ptr<ViewSnapshot>(*std::move(snapshot))] {
                           return list_records(desk.catalogue(), *view, wish);
                       },
                       std::move(done));
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
    router.add({"POST", "/imports"}, at_desk(loop, true, at_once(start_import)));
    router.add({"POST", "/imports/{id}/rows"},
               at_desk(loop, false, [job_of](Call& call, JsonDone done) {
                   if (auto* job = job_of(call)) {
                       return job->feed(std::move(call.request.body), std::move(done));
                   }
                   done(Error{import_unknown, "no such import here; start one"});
               }));
    router.add({"POST", "/imports/{id}/finish"},
               at_desk(loop, true, [job_of](Call& call, JsonDone done) {
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
    router.add({"POST", "/administration/enrol"},
               at_desk(loop, true, [](Call& call, JsonDone done) {
                   enrol_node(call.desk, call.body, std::move(done));
               }));
    router.add({"POST", "/administration/compartments"},
               at_desk(loop, true, [](Call& call, JsonDone done) {
                   add_compartment(call.desk, call.body, std::move(done));
               }));
    router.add({"POST", "/administration/grants"},
               at_desk(loop, true, [](Call& call, JsonDone done) {
                   grant_right(call.desk, call.body, std::move(done));
               }));
    router.add({"GET", "/forks"},
               at_desk(loop, true, at_once([](Call& call) { return list_forks(call.desk); })));
    router.add({"POST", "/administration/settle"},
               at_desk(loop, true, [](Call& call, JsonDone done) {
                   settle_fork(call.desk, call.body, std::move(done));
               }));
    router.add({"GET", "/roster"}, at_desk(loop, true, at_once([](Call& call) -> Result<json> {
                                               return describe_roster(call.desk);
                                           })));
    router.add(
        {"POST", "/roster/file"}, at_desk(loop, false, [](Call& call, JsonDone done) {
            replication::Roster copy = call.desk.roster();
            const auto before = copy.length().value;
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
            std::vector<Bytes> entries(copy.entries().begin() + static_cast<std::ptrdiff_t>(before),
                                       copy.entries().end());
            call.desk.append_roster(std::move(entries), [done, count = *added](Status stored) {
                done(stored ? Result<json>(json{{"added", count}})
                            : Result<json>(std::move(stored).error()));
            });
        }));
    router.add({"POST", "/verify"}, at_desk(loop, true, at_once([](Call& call) -> Result<json> {
                                                if (call.body.value("rebuild", false)) {
                                                    TRY(call.desk.rebuild());
                                                }
                                                return verify_node(call.desk);
                                            })));
}

void add_roster_download(Router& router, WorkLoop& loop) {
    router.add({"GET", "/roster/file"}, [&loop](HttpRequest, Responder responder) {
        loop.waker().post([&loop, responder]() mutable {
            if (loop.desk() == nullptr) {
                return responder.respond(problem_response(Error{worker_locked, loop.why_locked()}));
            }
            HttpResponse out;
            out.headers["Content-Type"] = "application/octet-stream";
            out.body = replication::export_roster(loop.desk()->roster());
            responder.respond(std::move(out));
        });
    });
}

void add_access_routes(Router& router, WorkLoop& loop) {
    router.add({"GET", "/standing"}, [&loop](HttpRequest, Responder responder) {
        loop.waker().post([&loop, responder]() mutable {
            answer_to(responder)(loop.desk() == nullptr
                                     ? json{{"unlocked", false}, {"why", loop.why_locked()}}
                                     : standing_of(*loop.desk()));
        });
    });
    router.add({"POST", "/unlock"}, [&loop](HttpRequest request, Responder responder) {
        auto body = body_of(request);
        crypto::wipe(request.body);
        if (!body) {
            return answer_to(responder)(std::move(body).error());
        }
        std::string officer = text_of(*body, "officer");
        std::string passphrase = text_of(*body, "passphrase");
        auto secret =
            std::make_shared<crypto::Secret>(crypto::Secret::copy_of(as_bytes(passphrase)));
        crypto::wipe({reinterpret_cast<std::uint8_t*>(passphrase.data()), passphrase.size()});
        loop.waker().post([&loop, officer = std::move(officer), secret, responder] {
            loop.unlock(officer, std::move(*secret), answer_to(responder));
        });
    });
    router.add({"GET", "/compartments"},
               at_desk(loop, true,
                       at_once([](Call& call) -> Result<json> { return places_json(call.desk); })));
}

}  // namespace

HttpHandler worker_routes(WorkLoop& loop) {
    auto router = std::make_shared<Router>();
    add_access_routes(*router, loop);
    add_record_routes(*router, loop);
    add_import_routes(*router, loop);
    add_administration_routes(*router, loop);
    add_roster_download(*router, loop);
    return [router](HttpRequest request, Responder responder) {
        router->handle(std::move(request), std::move(responder));
    };
}

}  // namespace entrepot::node
