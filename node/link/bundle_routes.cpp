#include "node/link/bundle_routes.hpp"

#include <memory>
#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"
#include "node/databases/json_text.hpp"
#include "node/link/link.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

unsigned uid_of(const HttpRequest& request) {
    return request.peer ? request.peer->uid : 0;
}

Result<TransferId> transfer_of(const HttpRequest& request) {
    const auto bytes = from_base32(request.capture("id"));
    const auto id = bytes ? TransferId::from(*bytes) : Result<TransferId>(bytes.error());
    return id ? id
              : Result<TransferId>(
                    Error{bundle_no_transfer, "that is no id of an export or import"});
}

Result<ExportWish> wish_of(const HttpRequest& request) {
    ExportWish out;
    out.uid = uid_of(request);
    TRY_ASSIGN(const json body,
               parse_json(std::string(as_text(request.body)), "the request", bundle_request));
    const json to = body.is_object() ? body.value("to", json::array()) : json();
    if (!to.is_array()) {
        return Error{bundle_request, "expected an object with a list 'to'"};
    }
    for (const json& word : to) {
        if (!word.is_string()) {
            return Error{bundle_request, "a receiver is named by a text"};
        }
        out.to.push_back(word.get<std::string>());
    }
    out.all = body.value("all", json(false)) == json(true);
    out.scope = body.value("receipts", json(false)) == json(true)
                    ? replication::BundleScope::receipts
                    : replication::BundleScope::everything;
    return out;
}

json nodes_json(const std::vector<replication::NodeId>& nodes) {
    json out = json::array();
    for (const auto& node : nodes) {
        out.push_back(to_base32(node.view()));
    }
    return out;
}

json counts_json(const replication::IntakeReport& counts) {
    return {{"added", counts.added},
            {"already_here", counts.already_here},
            {"waiting", counts.waiting},
            {"no_room", counts.no_room},
            {"quarantined", counts.quarantined},
            {"stopped", counts.stopped},
            {"not_carried", counts.not_carried},
            {"refused", counts.refused},
            {"receipts", counts.receipts},
            {"roster_entries", counts.roster_entries}};
}

json report_json(const ImportReport& report) {
    json out = counts_json(report.counts);
    out["sender"] = report.sender ? to_base32(report.sender->view()) : "";
    out["sender_revoked"] = report.is_sender_revoked;
    out["missing"] = json::array();
    for (const auto& range : report.missing) {
        out["missing"].push_back({{"log", to_base32(range.log.id().view())},
                                  {"node", to_base32(range.log.node.view())},
                                  {"compartment", to_base32(range.log.compartment.view())},
                                  {"from", range.first.value},
                                  {"to", range.last.value}});
    }
    if (report.problem) {
        out["problem"] = {{"code", report.problem->code.name()},
                          {"detail", report.problem->context},
                          {"status", status_of(report.problem->code.kind())}};
    }
    return out;
}

/// Answers with what `made` gives of a value, or with the error.
template <class T, class Made>
BundleDesk::Done<T> answer(const Responder& responder, Made made) {
    return [to = Responder(responder), made](Result<T> out) mutable {
        to.respond(out ? made(*std::move(out)) : problem_response(out.error()));
    };
}

/// Calls `act` with the desk, in the link's thread.
template <class Act>
HttpHandler at_desk(Link& link, Act act) {
    return [&link, act](HttpRequest request, Responder responder) {
        const auto shared = std::make_shared<HttpRequest>(std::move(request));
        link.waker().post([&link, act, shared, responder]() mutable {
            const auto desk = link.bundles();
            if (!desk) {
                return responder.respond(problem_response(desk.error()));
            }
            if (const Status done = act(**desk, *shared, responder); !done) {
                responder.respond(problem_response(done.error()));
            }
        });
    };
}

Status begin_export(BundleDesk& desk, const HttpRequest& request, const Responder& responder) {
    TRY_ASSIGN(const ExportWish wish, wish_of(request));
    desk.begin_export(wish, answer<ExportBegun>(responder, [](const ExportBegun& begun) {
                          const json out{{"export", to_base32(begun.id.view())},
                                         {"to", nodes_json(begun.to)},
                                         {"commits", begun.commits},
                                         {"beyond_cuts", begun.beyond_cuts}};
                          return HttpResponse::json(out.dump());
                      }));
    return {};
}

Status next_piece(BundleDesk& desk, const HttpRequest& request, const Responder& responder) {
    TRY_ASSIGN(const TransferId id, transfer_of(request));
    desk.next_piece(id, answer<Bytes>(responder, [](Bytes piece) {
                        HttpResponse out;
                        out.headers["Content-Type"] = "application/octet-stream";
                        out.body = std::move(piece);
                        return out;
                    }));
    return {};
}

Status begin_import(BundleDesk& desk, const HttpRequest& request, Responder responder) {
    const json out{{"import", to_base32(desk.begin_import(uid_of(request)).view())}};
    responder.respond(HttpResponse::json(out.dump()));
    return {};
}

Status take_bytes(BundleDesk& desk, HttpRequest& request, const Responder& responder) {
    TRY_ASSIGN(const TransferId id, transfer_of(request));
    desk.take_bytes(id, std::move(request.body),
                    answer<ImportStanding>(responder, [](const ImportStanding& standing) {
                        json out = counts_json(standing.counts);
                        out["ended"] = standing.has_ended;
                        return HttpResponse::json(out.dump());
                    }));
    return {};
}

Status finish_import(BundleDesk& desk, const HttpRequest& request, const Responder& responder) {
    TRY_ASSIGN(const TransferId id, transfer_of(request));
    desk.finish_import(id, answer<ImportReport>(responder, [](const ImportReport& report) {
                           return HttpResponse::json(report_json(report).dump());
                       }));
    return {};
}

}  // namespace

void add_bundle_routes(Router& router, Link& link) {
    router.add({"POST", "/bundles/exports"}, at_desk(link, begin_export));
    router.add({"POST", "/bundles/exports/{id}/piece"}, at_desk(link, next_piece));
    router.add({"POST", "/bundles/imports"}, at_desk(link, begin_import));
    router.add({"POST", "/bundles/imports/{id}/bytes"}, at_desk(link, take_bytes));
    router.add({"POST", "/bundles/imports/{id}/finish"}, at_desk(link, finish_import));
}

}  // namespace entrepot::node
