#include "node/link/link_api.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"
#include "node/api/router.hpp"
#include "node/link/bundle_routes.hpp"
#include "node/link/link.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

const char* name_of(replication::SessionState state) {
    switch (state) {
        case replication::SessionState::hello:
            return "hello";
        case replication::SessionState::roster:
            return "roster";
        case replication::SessionState::live:
            return "live";
        case replication::SessionState::ended:
            break;
    }
    return "ended";
}

const char* name_of(replication::NodeKind kind) {
    switch (kind) {
        case replication::NodeKind::headquarters:
            return "headquarters";
        case replication::NodeKind::unit:
            return "unit";
        case replication::NodeKind::partner:
            return "partner";
        case replication::NodeKind::relay:
            break;
    }
    return "relay";
}

const char* name_of(Reserve::State state) {
    switch (state) {
        case Reserve::State::held:
            return "held";
        case Reserve::State::given_up:
            return "given up";
        case Reserve::State::none:
            break;
    }
    return "none";
}

json peer_json(const PeerStanding& peer, const replication::Roster& roster) {
    const auto* certificate = roster.node_by_transport(peer.key);
    const auto& c = peer.counters;
    json out{
        {"direction", peer.direction == replication::Direction::dialled ? "dialled" : "accepted"},
        {"state", name_of(peer.state)},
        {"in_sync", peer.in_sync},
        {"check_answered", peer.check_answered},
        {"messages_in", c.messages_in},
        {"messages_out", c.messages_out},
        {"bytes_in", c.bytes_in},
        {"bytes_out", c.bytes_out},
        {"commits_in", c.commits_in},
        {"commits_out", c.commits_out},
        {"acknowledged", c.acknowledged},
        {"round_trips", c.round_trips}};
    if (certificate != nullptr) {
        out["node"] = to_base32(certificate->identity.id().view());
        out["unit"] = to_base32(certificate->unit.view());
        out["kind"] = name_of(certificate->kind);
    }
    return out;
}

json failure_json(const replication::PeerKey& key, const PeerFailure& failure,
                  const replication::Roster& roster) {
    const auto* certificate = roster.node_by_transport(key);
    return {{"peer", certificate == nullptr ? "" : to_base32(certificate->identity.id().view())},
            {"code", failure.code},
            {"context", failure.context},
            {"at_ms", failure.at.ms}};
}

json forks_json(const replication::Replica& replica) {
    json out = json::array();
    for (const auto& proof : replica.forks()) {
        const auto log = proof.descriptor.id();
        out.push_back({{"log", to_base32(log.view())},
                       {"node", to_base32(proof.descriptor.node.view())},
                       {"number", proof.number().value},
                       {"stopped", replica.is_stopped(log)}});
    }
    return out;
}

std::size_t stopped_forks(const replication::Replica& replica) {
    std::size_t out = 0;
    for (const auto& proof : replica.forks()) {
        out += replica.is_stopped(proof.descriptor.id()) ? 1 : 0;
    }
    return out;
}

/// Sessions with the nodes of a realm's roster.
json peers_json(const OpenNode& open) {
    json out = json::array();
    for (const PeerStanding& peer : open.sessions().standing()) {
        for (const auto& realm : open.realms()) {
            if (realm->id() == peer.realm) {
                out.push_back(peer_json(peer, realm->roster()));
                out.back()["realm"] = peer.realm.is_zero() ? "" : to_base32(peer.realm.view());
            }
        }
    }
    return out;
}

/// What is shared with partners, one of each outer roster.
json partners_json(const OpenNode& open) {
    json out = json::array();
    const auto& home = open.replica().roster();
    for (const auto& realm : open.realms()) {
        const auto& roster = realm->roster();
        if (realm->is_home() || !roster.partner()) {
            continue;
        }
        const bool own = home.had_roots(roster.root_fingerprint());
        out.push_back({{"realm", to_base32(realm->id().view())},
                       {"country", own ? roster.partner()->country : roster.genesis()->country},
                       {"made_here", own},
                       {"in_force", home.shares(roster)},
                       {"roster_length", roster.length().value},
                       {"commits", realm->moved().position},
                       {"receipts", realm->replica().receipts().size()}});
    }
    return out;
}

/// How much of what this node wrote headquarters has given a receipt for, by session or bundle.
json delivery_json(const replication::Replica& replica) {
    std::uint64_t own = 0, delivered = 0;
    for (const auto& [log, head] : replica.heads().all()) {
        const auto counted = replica.counted_head(log);
        if (head.descriptor.node != replica.self() || !counted) {
            continue;
        }
        own += counted->number.value;
        if (const auto receipted = replica.receipted(log)) {
            delivered += std::min(receipted->number, counted->number).value;
        }
    }
    return {{"own_commits", own}, {"at_headquarters", delivered}};
}

json acts_json(const std::deque<BundleAct>& acts) {
    json out = json::array();
    for (const BundleAct& act : acts) {
        json nodes = json::array();
        for (const auto& node : act.nodes) {
            nodes.push_back(to_base32(node.view()));
        }
        out.push_back({{"what", act.what == BundleAct::What::exported ? "exported" : "imported"},
                       {"nodes", std::move(nodes)},
                       {"commits", act.commits},
                       {"problem", act.problem},
                       {"uid", act.uid},
                       {"at_ms", act.at.ms}});
    }
    return out;
}

/// The newest order, and up to which one nothing is left here.
json erasures_json(const OpenNode& open) {
    const auto& orders = open.replica().roster().erasures();
    const ErasureMarks& marks = open.home().erasures();
    return {{"ordered", orders.empty() ? 0 : orders.back().value},
            {"log", marks.log.value},
            {"disk", marks.disk.value},
            {"views", marks.views.value},
            {"done", marks.done().value}};
}

/// Compartments that this node was given once and has no right to now, and what it keeps of them:
/// commits of its own that do not count, for headquarters to admit.
json withdrawn_json(const OpenNode& open) {
    const auto& roster = open.replica().roster();
    std::map<replication::CompartmentId, std::size_t> kept;
    const auto known = open.store().known();
    for (const auto& log : known ? *known : std::vector<replication::LogDescriptor>{}) {
        if (roster.right(open.id(), log.compartment) == replication::Right::none) {
            kept.try_emplace(log.compartment);
        }
    }
    const auto aside = open.store().aside();
    for (const auto& commit : aside ? *aside : std::vector<replication::CommitWrite>{}) {
        if (const auto found = kept.find(commit.descriptor.compartment); found != kept.end()) {
            ++found->second;
        }
    }
    json out = json::array();
    for (const auto& [compartment, commits] : kept) {
        out.push_back({{"compartment", to_base32(compartment.view())}, {"kept_aside", commits}});
    }
    return out;
}

json open_json(const OpenNode& open) {
    const auto& replica = open.replica();
    const auto& roster = replica.roster();
    json dialled = json::array();
    for (const auto& dial : open.endpoint().dial_states()) {
        dialled.push_back({{"address", dial.target.address},
                           {"connected", dial.connection.has_value()},
                           {"failures", dial.failures},
                           {"last_failure", dial.last_failure}});
    }
    json failures = json::array();
    for (const auto& [key, failure] : open.sessions().failures()) {
        failures.push_back(failure_json(key, failure, roster));
    }
    const auto* self = roster.node(open.id());
    return {{"node", to_base32(open.id().view())},
            {"kind", self == nullptr ? "not enrolled" : name_of(self->kind)},
            {"listen", open.endpoint().bound_address()},
            {"roster",
             {{"length", roster.length().value},
              {"administration", to_base32(roster.administration().view())}}},
            {"heads", replica.heads().all().size()},
            {"commits", open.moved().position},
            {"aside", open.store().aside_count() ? *open.store().aside_count() : 0},
            {"forks", replica.forks().size()},
            {"stopped_forks", stopped_forks(replica)},
            {"fork_list", forks_json(replica)},
            {"receipts", replica.receipts().size()},
            {"delivery", delivery_json(replica)},
            {"erasures", erasures_json(open)},
            {"withdrawn", withdrawn_json(open)},
            {"log_bytes", open.store().used_bytes()},
            {"refused_strangers", open.endpoint().refusals().strangers},
            {"peers", peers_json(open)},
            {"partners", partners_json(open)},
            {"dialled", std::move(dialled)},
            {"failures", std::move(failures)}};
}

/// Runs `act` in the link's thread and answers with what it gives.
HttpHandler in_link(Link& link, std::function<Result<json>(Link&)> act) {
    return [&link, act = std::move(act)](HttpRequest, Responder responder) {
        link.waker().post([&link, act, responder]() mutable {
            auto out = act(link);
            responder.respond(out ? HttpResponse::json(out->dump())
                                  : problem_response(out.error()));
        });
    };
}

}  // namespace

std::string Link::status_json() const {
    json out = open_ ? open_json(*open_) : json::object();
    out["opened"] = open_ != nullptr;
    out["worker"] = worker_ ? "running" : "none";
    out["pid"] = ::getpid();
    out["temporary"] = options_.temporary;
    out["paused"] = paused_;
    out["reserve"] = name_of(reserve_.state());
    out["bundles"] = acts_json(bundle_acts_);
    out["secrets_locked"] = crypto::secrets_are_locked();
    out["hardened"] = crypto::process_is_hardened();
    return out.dump();
}

HttpHandler link_routes(Link& link) {
    auto router = std::make_shared<Router>();
    router->add({"GET", "/status"}, in_link(link, [](Link& l) -> Result<json> {
                    return json::parse(l.status_json());
                }));
    router->add({"POST", "/lock"}, in_link(link, [](Link& l) -> Result<json> {
                    l.lock();
                    return json{{"locked", true}};
                }));
    router->add({"POST", "/worker"}, in_link(link, [](Link& l) -> Result<json> {
                    TRY(l.start_worker());
                    return json{{"worker", "running"}};
                }));
    router->add({"POST", "/sync"}, in_link(link, [](Link& l) -> Result<json> {
                    l.sync_now();
                    return json::object();
                }));
    router->add({"POST", "/stop"}, in_link(link, [](Link& l) -> Result<json> {
                    l.stop();
                    return json::object();
                }));
    add_bundle_routes(*router, link);
    return [router](HttpRequest request, Responder responder) {
        router->handle(std::move(request), std::move(responder));
    };
}

}  // namespace entrepot::node
