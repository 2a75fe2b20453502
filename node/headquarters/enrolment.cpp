#include "node/headquarters/enrolment.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/access/settings.hpp"
#include "node/audit/sealed_entry.hpp"
#include "node/databases/json_text.hpp"
#include "node/desk/names.hpp"
#include "node/headquarters/audit_places.hpp"
#include "node/headquarters/lost_places.hpp"
#include "node/headquarters/revocation.hpp"
#include "replication/roster/join_file.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::EnrolmentRequest;
using replication::NewGrant;
using replication::NodeCertificate;
using replication::NodeKind;
using replication::Right;
using replication::UnitId;

/// Databases of which a unit gets a compartment of its own, shared with headquarters alone.
constexpr std::string_view own_databases[] = {"seizures", "directory"};
/// Databases of which there is one compartment for all units.
constexpr std::string_view national_databases[] = {"suspects", "companies", "directory"};

/// A request that was read, and the node that it becomes.
struct Enrolment {
    EnrolmentRequest request;
    std::string code;
    NodeCertificate certificate;
    std::string name;        ///< of the unit
    std::vector<Bytes> entries;
    json told = json::object();  ///< what the answer says beside the join file
};

Status add_default_place(Continuation& roster, std::string_view database, const std::string& name,
                         const NewGrant& grant) {
    if (const auto* held = find_named(roster.desk(), roster.roster(), database, name)) {
        return add_grant(roster, held->id, grant);
    }
    if (const auto lost = find_lost(roster, database, name)) {
        auto grants = headquarters_grants(roster.roster());
        grants.push_back(grant);
        return make_again(roster, *lost, name, grants);
    }
    return add_compartment(roster, database, name, {grant});
}

/// National compartments, made when the first unit comes, else granted; and the unit's own ones.
/// One that was lost with a branch of the roster is made again.
Status add_default_places(Continuation& roster, const Enrolment& enrolment) {
    const NewGrant grant{enrolment.certificate.identity.id(), Right::write};
    for (const std::string_view database : national_databases) {
        TRY(add_default_place(roster, database, "national " + std::string(database), grant));
    }
    for (const std::string_view database : own_databases) {
        TRY(add_default_place(roster, database, enrolment.name + " " + std::string(database),
                              grant));
    }
    return {};
}

/// The rights of the unit's other nodes, where the new one has not got them yet; not to their
/// audits, which each node writes alone.
Status add_rights_of_unit(Continuation& roster, const NodeCertificate& certificate) {
    const auto id = certificate.identity.id();
    for (const auto* compartment : roster.desk().roster().compartments()) {
        if (compartment->database == audit_database) {
            continue;
        }
        Right right = Right::none;
        for (const NodeCertificate* node : roster.roster().nodes()) {
            if (node->unit == certificate.unit && node->identity.id() != id) {
                right = std::max(right, roster.roster().right(node->identity.id(),
                                                              compartment->id));
            }
        }
        if (right > roster.roster().right(id, compartment->id)) {
            TRY(add_grant(roster, compartment->id, {id, right}));
        }
    }
    return {};
}

Result<Enrolment> read_enrolment(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    TRY_ASSIGN(const Bytes bytes, crypto::from_base64(text_member(body, "request")));
    Enrolment out;
    TRY_ASSIGN(out.request, replication::decode_request(bytes, desk.wall()));
    out.code = replication::request_code(bytes);
    if (out.request.wish.kind == NodeKind::headquarters) {
        return Error{headquarters_root_signs,
                     "a headquarters is certified by the root keys: "
                     "'administration enrol' without --headquarters"};
    }
    return out;
}

/// Certificate and rights; the unit may be new.
Status add_node(Continuation& roster, const UnitId& unit, Enrolment& enrolment) {
    enrolment.certificate =
        replication::certificate_for(enrolment.request, unit, free_blocks(roster.roster()));
    TRY(roster.add(enrolment.certificate));
    if (enrolment.certificate.kind == NodeKind::unit) {
        TRY(add_default_places(roster, enrolment));
    }
    TRY(add_lost_rights(roster, enrolment.certificate.identity.id()));
    TRY(add_rights_of_unit(roster, enrolment.certificate));
    return add_audit_places(roster);
}

/// The unit said, the one that a lost branch certified the node for, else a new one of the
/// request's name.
Result<UnitId> choose_unit(Desk& desk, const std::string& said, Enrolment& enrolment) {
    enrolment.name = enrolment.request.wish.unit_name;
    if (said.empty()) {
        if (find_unit(desk, enrolment.name)) {
            return Error{enrolment_unit_known,
                         "there is a unit '" + enrolment.name +
                             "': for a further node of it add --unit, for a lost node use "
                             "'entrepot administration replace'"};
        }
        const auto id = enrolment.request.identity.id();
        const auto* lost = desk.roster().node(id) == nullptr ? desk.roster().writer(id) : nullptr;
        const UnitId unit = lost == nullptr ? desk.entropy().fixed<UnitId>() : lost->unit;
        for (const NodeCertificate* node : desk.roster().nodes()) {
            if (node->unit == unit) {
                return Error{enrolment_unit_known,
                             "a branch of the roster that lost had certified this node for unit '" +
                                 unit_name(desk, unit) +
                                 "', which is there: add --unit with that name, or with another's"};
            }
        }
        return unit;
    }
    TRY_ASSIGN(const UnitId unit, find_unit(desk, said));
    const std::string held = unit_name(desk, unit);
    enrolment.name = held.empty() ? enrolment.name : held;
    return unit;
}

Result<Enrolment> prepare_enrolment(Desk& desk, const json& body) {
    TRY_ASSIGN(Enrolment out, read_enrolment(desk, body));
    TRY_ASSIGN(const UnitId unit, choose_unit(desk, text_member(body, "unit"), out));
    Continuation roster(desk);
    TRY(add_node(roster, unit, out));
    out.entries = roster.take();
    return out;
}

/// New rights before old ones end, so that no compartment is ever without the unit.
Result<Enrolment> prepare_replacement(Desk& desk, const json& body) {
    TRY_ASSIGN(Enrolment out, read_enrolment(desk, body));
    const auto cuts = body.find("cuts");
    TRY_ASSIGN(const auto plan, plan_revocation(desk, text_member(body, "node"),
                                                cuts == body.end() ? json::array() : *cuts));
    if (plan.node->kind == NodeKind::headquarters) {
        return Error{headquarters_root_signs,
                     "a headquarters is replaced by the root keys: certify the new one, then "
                     "revoke the old one"};
    }
    if (plan.node->kind != out.request.wish.kind) {
        return Error{enrolment_other_kind, "the lost node is a " +
                                               std::string(kind_name(plan.node->kind)) +
                                               ", the request is of a " +
                                               std::string(kind_name(out.request.wish.kind))};
    }
    out.told = revocation_json(desk, plan);
    out.told["replaces"] = out.told["node"];
    const std::string held = unit_name(desk, plan.node->unit);
    out.name = held.empty() ? out.request.wish.unit_name : held;
    Continuation roster(desk);
    TRY(add_node(roster, plan.node->unit, out));
    TRY(add_revocation(roster, plan));
    out.entries = roster.take();
    return out;
}

void write_unit_name(Desk& desk, const NodeCertificate& certificate, const std::string& name,
                     std::function<void(Status)> then) {
    const auto* place = find_named(desk, desk.roster(), "directory", "national directory");
    if (place == nullptr || !unit_name(desk, certificate.unit).empty()) {
        return then({});
    }
    auto packed = desk.pack(unit_record(
        certificate.unit, name, std::string(kind_name(certificate.kind)), desk.settings().country));
    if (!packed) {
        return then(std::move(packed).error());
    }
    std::vector<PackedChange> changes;
    changes.push_back(*std::move(packed));
    desk.save(place->id, std::move(changes), std::move(then));
}

/// Stores the entries, then answers with the join file once the unit has its name.
void carry_out(Desk& desk, Enrolment prepared, JsonDone done) {
    auto entries = std::move(prepared.entries);
    desk.append_roster(std::move(entries), [&desk, prepared = std::move(prepared),
                                            done = std::move(done)](Status stored) {
        const NodeCertificate& certificate = prepared.certificate;
        auto join = stored ? replication::make_join(desk.roster(), certificate.identity.id(),
                                                    desk.entropy())
                           : Result<Bytes>(std::move(stored).error());
        if (!join) {
            return done(std::move(join).error());
        }
        json told = prepared.told;
        told.update({{"join", crypto::to_base64(*join)},
                     {"node", to_base32(certificate.identity.id().view())},
                     {"unit", to_base32(certificate.unit.view())},
                     {"name", prepared.name},
                     {"code", prepared.code}});
        write_unit_name(desk, certificate, prepared.name,
                        [done, told = std::move(told)](Status written) {
                            done(written ? Result<json>(told)
                                         : Result<json>(std::move(written).error()));
                        });
    });
}

}  // namespace

void enrol_node(Desk& desk, const json& body, JsonDone done) {
    auto prepared = prepare_enrolment(desk, body);
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    carry_out(desk, *std::move(prepared), std::move(done));
}

void replace_node(Desk& desk, const json& body, JsonDone done) {
    auto prepared = prepare_replacement(desk, body);
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    if (body.value("preview", false)) {
        json told = std::move(prepared->told);
        told["code"] = prepared->code;
        return done(std::move(told));
    }
    carry_out(desk, *std::move(prepared), std::move(done));
}

void send_numbers(Desk& desk, const json& body, JsonDone done) {
    const auto prepare = [&]() -> Result<replication::NumbersEntry> {
        TRY(check_headquarters(desk));
        TRY_ASSIGN(const NodeCertificate* node, find_node(desk, text_member(body, "node")));
        auto block = free_blocks(desk.roster()).numbers;
        if (const auto count = body.find("count"); count != body.end()) {
            const bool is_right = count->is_number_integer() && count->get<std::int64_t>() >= 1 &&
                                  count->get<std::int64_t>() <= numbers_most;
            if (!is_right) {
                return Error{numbers_count, "a block has 1 to 1,000,000 reference numbers"};
            }
            block.count = count->get<std::uint32_t>();
        }
        return replication::NumbersEntry{node->identity.id(), block};
    };
    auto entry = prepare();
    if (!entry) {
        return done(std::move(entry).error());
    }
    Continuation roster(desk);
    if (auto added = roster.add(*entry); !added) {
        return done(std::move(added).error());
    }
    const json told{{"node", to_base32(entry->node.view())},
                    {"first", entry->block.first},
                    {"count", entry->block.count}};
    desk.append_roster(roster.take(), [told, done = std::move(done)](Status stored) {
        done(stored ? Result<json>(told) : Result<json>(std::move(stored).error()));
    });
}

}  // namespace entrepot::node
