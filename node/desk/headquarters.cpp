#include "node/desk/headquarters.hpp"

#include <nlohmann/json.hpp>

#include "crypto/words.hpp"
#include "node/access/settings.hpp"
#include "node/audit/sealed_entry.hpp"
#include "node/databases/json_text.hpp"
#include "node/desk/names.hpp"
#include "node/headquarters/audit_places.hpp"
#include "node/headquarters/lost_places.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::NewGrant;
using replication::NodeCertificate;
using replication::Roster;

/// One for each node in force of the unit.
Result<std::vector<NewGrant>> read_grants(Desk& desk, const json& member) {
    TRY_ASSIGN(const auto nodes, find_nodes(desk, text_member(member, "unit")));
    const auto right = right_from_name(text_member(member, "right"));
    if (!right) {
        return Error{request_body, "a right is one of relay, read, write"};
    }
    std::vector<NewGrant> out;
    for (const NodeCertificate* node : nodes) {
        out.push_back({node->identity.id(), *right});
    }
    return out;
}

Result<std::vector<NewGrant>> read_members(Desk& desk, const json& body) {
    std::vector<NewGrant> out;
    for (const json& member : body.value("members", json::array())) {
        TRY_ASSIGN(const auto added, read_grants(desk, member));
        out.insert(out.end(), added.begin(), added.end());
    }
    return out;
}

/// One that only a branch made which lost, under the name said, else the one it had.
Result<std::vector<Bytes>> prepare_again(Desk& desk, const json& body) {
    Continuation roster(desk);
    TRY_ASSIGN(const auto lost, find_lost(roster, text_member(body, "again")));
    if (lost.database == audit_database) {
        return Error{request_body, "an audit comes again when its node is enrolled again"};
    }
    auto name = text_member(body, "name");
    if (name.empty()) {
        name = readable_name(desk, lost).value_or("");
    }
    if (name.empty() || find_named(desk, desk.roster(), lost.database, name) != nullptr) {
        return Error{request_body, "say another name: '" + name + "' is taken, or cannot be read"};
    }
    auto grants = headquarters_grants(desk.roster());
    TRY_ASSIGN(const auto members, read_members(desk, body));
    grants.insert(grants.end(), members.begin(), members.end());
    TRY(make_again(roster, lost, name, grants));
    return roster.take();
}

Result<std::vector<Bytes>> prepare_compartment(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    if (body.contains("again")) {
        return prepare_again(desk, body);
    }
    const std::string database = text_member(body, "database");
    const std::string name = text_member(body, "name");
    TRY(desk.catalogue().schema(database));
    if (name.empty() || find_named(desk, desk.roster(), database, name) != nullptr) {
        return Error{request_body, "a compartment needs a name that is not taken yet"};
    }
    TRY_ASSIGN(auto grants, read_members(desk, body));
    Continuation roster(desk);
    TRY(add_audit_places(roster));
    TRY(add_compartment(roster, database, name, std::move(grants)));
    return roster.take();
}

}  // namespace

void add_compartment(Desk& desk, const json& body, JsonDone done) {
    auto entries = prepare_compartment(desk, body);
    if (!entries) {
        return done(std::move(entries).error());
    }
    desk.append_roster(*std::move(entries), [&desk, done = std::move(done)](Status stored) {
        if (!stored) {
            return done(std::move(stored).error());
        }
        done(json{{"id", to_base32(desk.roster().compartments().back()->id.view())}});
    });
}

void grant_right(Desk& desk, const json& body, JsonDone done) {
    const auto prepare = [&]() -> Result<std::vector<Bytes>> {
        TRY(check_headquarters(desk));
        TRY_ASSIGN(const Place place, find_place(desk, text_member(body, "compartment")));
        TRY_ASSIGN(const auto grants, read_grants(desk, body));
        Continuation roster(desk);
        for (const NewGrant& grant : grants) {
            TRY(add_grant(roster, place.id, grant));
        }
        return roster.take();
    };
    auto entries = prepare();
    if (!entries) {
        return done(std::move(entries).error());
    }
    desk.append_roster(*std::move(entries), [done = std::move(done)](Status stored) {
        done(stored ? Result<json>(json::object()) : Result<json>(std::move(stored).error()));
    });
}

json describe_roster(Desk& desk) {
    const Roster& roster = desk.roster();
    const bool is_held = roster.genesis() != nullptr;
    const Hash root = roster.root_fingerprint();
    json nodes = json::array();
    for (const NodeCertificate* node : roster.nodes()) {
        nodes.push_back({{"node", to_base32(node->identity.id().view())},
                         {"unit", to_base32(node->unit.view())},
                         {"name", unit_name(desk, node->unit)},
                         {"kind", kind_name(node->kind)},
                         {"revoked", roster.is_revoked(node->identity.id())}});
    }
    return {{"country", is_held ? roster.genesis()->country : ""},
            {"administration", to_base32(roster.administration().view())},
            {"length", roster.length().value},
            {"fingerprint", is_held ? crypto::eight_words(root) : ""},
            {"root", is_held ? to_base32(root.view()) : ""},
            {"pin", is_held ? to_base32(roster.present_fingerprint().view()) : ""},
            {"nodes", std::move(nodes)}};
}

}  // namespace entrepot::node
