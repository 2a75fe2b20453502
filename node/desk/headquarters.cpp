#include "node/desk/headquarters.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "crypto/words.hpp"
#include "node/access/settings.hpp"
#include "node/desk/names.hpp"
#include "replication/roster/join_file.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Lane;
using replication::NewCompartment;
using replication::NewGrant;
using replication::NodeCertificate;
using replication::NodeKind;
using replication::Right;
using replication::Roster;

constexpr std::uint32_t block_size = 2000;
constexpr std::uint32_t spare_size = 500;

/// Databases of which a unit gets a compartment of its own, shared with headquarters alone.
constexpr std::string_view own_databases[] = {"seizures", "directory"};
/// Databases of which there is one compartment for all units.
constexpr std::string_view national_databases[] = {"suspects", "companies", "directory"};

/// A roster being continued: every entry is checked on the way.
class Draft {
public:
    explicit Draft(Desk& desk) : desk_(desk), roster_(desk.roster()) {}

    Status add(replication::EntryContent content) {
        const crypto::SigningKey* key = desk_.roster_key();
        Bytes entry = replication::sign_entry(roster_, desk_.now(), std::move(content), {&key, 1});
        TRY(roster_.append(entry));
        entries_.push_back(std::move(entry));
        return {};
    }
    const Roster& roster() const { return roster_; }
    std::vector<Bytes> take() { return std::move(entries_); }

private:
    Desk& desk_;
    Roster roster_;
    std::vector<Bytes> entries_;
};

Status check_headquarters(const Desk& desk) {
    if (desk.roster_key() == nullptr) {
        return Error{headquarters_only, "only a headquarters' node can do this; ask yours"};
    }
    TRY(desk.self());
    return {};
}

std::vector<NewGrant> headquarters_grants(const Roster& roster) {
    std::vector<NewGrant> out;
    for (const NodeCertificate* node : roster.nodes()) {
        if (node->kind == NodeKind::headquarters && !roster.is_revoked(node->identity.id())) {
            out.push_back({node->identity.id(), Right::write});
        }
    }
    return out;
}

/// The first block that no node of the administration has, so that no two numbers are ever alike.
replication::NumberBlocks free_blocks(const Roster& roster) {
    std::uint32_t next = 1;
    for (const NodeCertificate* node : roster.nodes()) {
        next = std::max({next, node->numbers.first + node->numbers.count,
                         node->spare_numbers.first + node->spare_numbers.count});
    }
    return {{next, block_size}, {next + block_size, spare_size}};
}

/// Whether every unit takes part (national) and whether this unit alone does (own): both are told
/// by the names that this file gives.
const replication::CompartmentStanding* find_named(const Desk& desk, const Roster& roster,
                                                   std::string_view database,
                                                   const std::string& name) {
    for (const auto* compartment : roster.compartments()) {
        const auto* key = desk.keys().find(compartment->id, replication::Generation{1});
        if (compartment->database != database || key == nullptr) {
            continue;
        }
        if (const auto held = replication::open_name(*compartment, *key); held && *held == name) {
            return compartment;
        }
    }
    return nullptr;
}

Status add_new(Desk& desk, Draft& draft, std::string_view database, const std::string& name,
               std::vector<NewGrant> grants) {
    NewCompartment wanted{std::string(database), name, Lane::records,
                          headquarters_grants(draft.roster())};
    wanted.grants.insert(wanted.grants.end(), grants.begin(), grants.end());
    TRY_ASSIGN(auto entry, replication::make_compartment(draft.roster(), wanted, desk.entropy()));
    return draft.add(std::move(entry));
}

Status add_grant(Desk& desk, Draft& draft, const replication::CompartmentId& compartment,
                 NewGrant grant) {
    const auto keys = desk.keys().all_of(compartment);
    TRY_ASSIGN(auto entry,
               replication::make_grant(draft.roster(), compartment, grant, keys, desk.entropy()));
    return draft.add(std::move(entry));
}

/// National compartments, made when the first unit comes, else granted; and the unit's own ones.
Status add_default_places(Desk& desk, Draft& draft, const NodeCertificate& certificate,
                          const std::string& name) {
    const NewGrant grant{certificate.identity.id(), Right::write};
    for (const std::string_view database : national_databases) {
        const std::string national = "national " + std::string(database);
        const auto* held = find_named(desk, draft.roster(), database, national);
        TRY(held == nullptr ? add_new(desk, draft, database, national, {grant})
                            : add_grant(desk, draft, held->id, grant));
    }
    for (const std::string_view database : own_databases) {
        const std::string own = name + " " + std::string(database);
        const auto* held = find_named(desk, draft.roster(), database, own);
        TRY(held == nullptr ? add_new(desk, draft, database, own, {grant})
                            : add_grant(desk, draft, held->id, grant));
    }
    return {};
}

/// The unit of that name in the directory, else a fresh one: a unit may run several nodes.
replication::UnitId unit_for(Desk& desk, const std::string& name) {
    for (const NodeCertificate* node : desk.roster().nodes()) {
        if (unit_name(desk, node->unit) == name) {
            return node->unit;
        }
    }
    return desk.entropy().fixed<replication::UnitId>();
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

std::string text_of(const json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

struct Enrolled {
    NodeCertificate certificate;
    std::string name;
    std::string code;
    std::vector<Bytes> entries;
};

Result<Enrolled> prepare_enrolment(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    TRY_ASSIGN(const Bytes bytes, crypto::from_base64(text_of(body, "request")));
    TRY_ASSIGN(const auto request, replication::decode_request(bytes, desk.wall()));
    if (request.wish.kind == NodeKind::headquarters) {
        return Error{headquarters_root_signs,
                     "a headquarters is certified by the root keys: "
                     "'administration enrol' without --headquarters"};
    }
    Draft draft(desk);
    const auto unit = unit_for(desk, request.wish.unit_name);
    Enrolled out{replication::certificate_for(request, unit, free_blocks(desk.roster())),
                 request.wish.unit_name,
                 replication::request_code(bytes),
                 {}};
    TRY(draft.add(out.certificate));
    if (request.wish.kind == NodeKind::unit) {
        TRY(add_default_places(desk, draft, out.certificate, out.name));
    }
    out.entries = draft.take();
    return out;
}

Result<const NodeCertificate*> find_node(Desk& desk, const std::string& unit) {
    for (const NodeCertificate* node : desk.roster().nodes()) {
        const bool by_id =
            unit.size() >= 6 && (to_base32(node->unit.view()).starts_with(unit) ||
                                 to_base32(node->identity.id().view()).starts_with(unit));
        if (by_id || unit_name(desk, node->unit) == unit) {
            return node;
        }
    }
    return Error{unit_unknown,
                 "no unit '" + unit + "' in the roster; 'entrepot roster show' lists them"};
}

Result<NewGrant> read_grant(Desk& desk, const json& member) {
    TRY_ASSIGN(const NodeCertificate* node, find_node(desk, text_of(member, "unit")));
    const auto right = right_from_name(text_of(member, "right"));
    if (!right) {
        return Error{request_body, "a right is one of relay, read, write"};
    }
    return NewGrant{node->identity.id(), *right};
}

Result<std::vector<Bytes>> prepare_compartment(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    const std::string database = text_of(body, "database");
    const std::string name = text_of(body, "name");
    TRY(desk.catalogue().schema(database));
    if (name.empty() || find_named(desk, desk.roster(), database, name) != nullptr) {
        return Error{request_body, "a compartment needs a name that is not taken yet"};
    }
    std::vector<NewGrant> grants;
    for (const json& member : body.value("members", json::array())) {
        TRY_ASSIGN(grants.emplace_back(), read_grant(desk, member));
    }
    Draft draft(desk);
    TRY(add_new(desk, draft, database, name, std::move(grants)));
    return draft.take();
}

}  // namespace

void enrol_node(Desk& desk, const json& body, JsonDone done) {
    auto prepared = prepare_enrolment(desk, body);
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    const auto certificate = prepared->certificate;
    desk.append_roster(std::move(prepared->entries), [&desk, certificate, name = prepared->name,
                                                      code = prepared->code,
                                                      done = std::move(done)](Status stored) {
        auto join = stored ? replication::make_join(desk.roster(), certificate.identity.id(),
                                                    desk.entropy())
                           : Result<Bytes>(std::move(stored).error());
        if (!join) {
            return done(std::move(join).error());
        }
        write_unit_name(desk, certificate, name,
                        [certificate, code, done, file = *std::move(join)](Status written) {
                            if (!written) {
                                return done(std::move(written).error());
                            }
                            done(json{{"join", crypto::to_base64(file)},
                                      {"node", to_base32(certificate.identity.id().view())},
                                      {"unit", to_base32(certificate.unit.view())},
                                      {"code", code}});
                        });
    });
}

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
        TRY_ASSIGN(const Place place, find_place(desk, text_of(body, "compartment")));
        TRY_ASSIGN(const NewGrant grant, read_grant(desk, body));
        Draft draft(desk);
        TRY(add_grant(desk, draft, place.id, grant));
        return draft.take();
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
            {"nodes", std::move(nodes)}};
}

}  // namespace entrepot::node
