#include "node/headquarters/revocation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/access/settings.hpp"
#include "node/databases/json_text.hpp"
#include "node/desk/names.hpp"
#include "node/roots/entry_draft.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::CompartmentId;
using replication::NodeCertificate;
using replication::NodeId;
using replication::Right;

/// Compartments of which a node holds a key, and how many others keep it.
json renewed_json(Desk& desk, const NodeId& node) {
    json out = json::array();
    for (const auto* compartment : desk.roster().compartments()) {
        if (desk.roster().right(node, compartment->id) < Right::read) {
            continue;
        }
        const auto holders = desk.roster().entitled(compartment->id, Right::read);
        out.push_back({{"compartment", to_base32(compartment->id.view())},
                       {"name", compartment_name(desk, compartment->id)},
                       {"nodes", holders.size() - 1}});
    }
    return out;
}

bool is_preview(const json& body) {
    const auto found = body.find("preview");
    return found != body.end() && found->is_boolean() && found->get<bool>();
}

json cuts_of(const json& body) {
    const auto found = body.find("cuts");
    return found == body.end() ? json::array() : *found;
}

/// Answers what was told once the entries are stored.
void append_and_tell(Desk& desk, Continuation& roster, json told, JsonDone done) {
    desk.append_roster(roster.take(), [&desk, told = std::move(told),
                                       done = std::move(done)](Status stored) mutable {
        if (!stored) {
            return done(std::move(stored).error());
        }
        told["length"] = desk.roster().length().value;
        done(std::move(told));
    });
}

struct Withdrawal {
    CompartmentId compartment;
    std::vector<const NodeCertificate*> nodes;
    std::vector<PlannedCut> cuts;
    bool renews = false;  ///< one of them holds the key
};

Result<Withdrawal> plan_withdrawal(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    TRY_ASSIGN(const Place place, find_place(desk, text_member(body, "compartment")));
    TRY_ASSIGN(const auto nodes, find_nodes(desk, text_member(body, "unit")));
    Withdrawal out{place.id, {}, {}, false};
    json wanted = cuts_of(body);
    for (const NodeCertificate* node : nodes) {
        const Right right = desk.roster().kept_right(node->identity.id(), place.id);
        if (right == Right::none) {
            continue;
        }
        out.nodes.push_back(node);
        out.renews = out.renews || right >= Right::read;
        TRY_ASSIGN(const auto cuts, plan_cuts(desk, node->identity.id(), wanted, place.id));
        out.cuts.insert(out.cuts.end(), cuts.begin(), cuts.end());
    }
    if (out.nodes.empty()) {
        return Error{withdrawal_of_nothing, "'" + text_member(body, "unit") +
                                                "' has no right to '" + place.name + "'"};
    }
    return out;
}

/// Cuts first, so that no commit stops to count in between; then the rights, then the new key.
Status add_withdrawal(Continuation& roster, const Withdrawal& plan) {
    Desk& desk = roster.desk();
    for (const auto& cut : cuts_to_name(desk, plan.cuts)) {
        TRY(roster.add(replication::CutEntry{cut}));
    }
    for (const NodeCertificate* node : plan.nodes) {
        TRY(add_grant(roster, plan.compartment, {node->identity.id(), Right::none}));
    }
    if (!plan.renews) {
        return {};
    }
    TRY_ASSIGN(auto generation, replication::make_generation(roster.roster(), plan.compartment, {},
                                                             desk.entropy()));
    return roster.add(std::move(generation));
}

json withdrawal_json(Desk& desk, const Withdrawal& plan) {
    json nodes = json::array();
    for (const NodeCertificate* node : plan.nodes) {
        nodes.push_back(to_base32(node->identity.id().view()));
    }
    return {{"compartment", to_base32(plan.compartment.view())},
            {"name", compartment_name(desk, plan.compartment)},
            {"nodes", std::move(nodes)},
            {"cuts", cuts_json(desk, plan.cuts)},
            {"new_key", plan.renews}};
}

}  // namespace

Result<PlannedRevocation> plan_revocation(Desk& desk, const std::string& node, const json& cuts) {
    TRY(check_headquarters(desk));
    PlannedRevocation out;
    TRY_ASSIGN(out.node, find_node(desk, node));
    TRY_ASSIGN(out.cuts, plan_cuts(desk, out.node->identity.id(), cuts));
    return out;
}

Status add_revocation(Continuation& roster, const PlannedRevocation& plan) {
    Desk& desk = roster.desk();
    TRY_ASSIGN(auto entry,
               replication::make_revocation(roster.roster(), plan.node->identity.id(),
                                            cuts_to_name(desk, plan.cuts), desk.entropy()));
    return roster.add(std::move(entry));
}

json revocation_json(Desk& desk, const PlannedRevocation& plan) {
    const NodeId id = plan.node->identity.id();
    return {{"node", to_base32(id.view())},
            {"unit", to_base32(plan.node->unit.view())},
            {"name", unit_name(desk, plan.node->unit)},
            {"kind", kind_name(plan.node->kind)},
            {"root_signs", plan.node->kind == replication::NodeKind::headquarters},
            {"cuts", cuts_json(desk, plan.cuts)},
            {"renewed", renewed_json(desk, id)}};
}

void revoke_node(Desk& desk, const json& body, JsonDone done) {
    const auto plan = plan_revocation(desk, text_member(body, "node"), cuts_of(body));
    if (!plan) {
        return done(plan.error());
    }
    json told = revocation_json(desk, *plan);
    if (is_preview(body)) {
        return done(std::move(told));
    }
    if (plan->node->kind == replication::NodeKind::headquarters) {
        auto entry = replication::make_revocation(desk.roster(), plan->node->identity.id(),
                                                  cuts_to_name(desk, plan->cuts), desk.entropy());
        if (!entry) {
            return done(std::move(entry).error());
        }
        const auto draft = EntryDraft::make(desk.roster(), desk.now(), *std::move(entry));
        told["draft"] = crypto::to_base64(draft.encode());
        return done(std::move(told));
    }
    Continuation roster(desk);
    if (auto added = add_revocation(roster, *plan); !added) {
        return done(std::move(added).error());
    }
    append_and_tell(desk, roster, std::move(told), std::move(done));
}

void withdraw_right(Desk& desk, const json& body, JsonDone done) {
    const auto plan = plan_withdrawal(desk, body);
    if (!plan) {
        return done(plan.error());
    }
    json told = withdrawal_json(desk, *plan);
    if (is_preview(body)) {
        return done(std::move(told));
    }
    Continuation roster(desk);
    if (auto added = add_withdrawal(roster, *plan); !added) {
        return done(std::move(added).error());
    }
    append_and_tell(desk, roster, std::move(told), std::move(done));
}

}  // namespace entrepot::node
