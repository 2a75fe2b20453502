#include "replication/roster/roster_author.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t key_size = 32;

Bytes wrap_purpose(const CompartmentId& compartment, Generation generation) {
    WireWriter writer;
    writer.raw(as_bytes(crypto::domain::roster_wrap.text)).fixed(compartment);
    return writer.u32(generation.value).take();
}

crypto::Secret name_key(const crypto::Secret& first_key, const CompartmentId& compartment) {
    return crypto::derive(first_key.view(), crypto::domain::compartment_name, {compartment.view()});
}

Result<const NodeCertificate*> find_node(const Roster& roster, const NodeId& id) {
    const NodeCertificate* found = roster.node(id);
    if (found == nullptr) {
        return Error{roster_unknown_node, to_base32(id.view())};
    }
    return found;
}

KeyWrap wrap_for_recovery(const Roster& roster, const crypto::Secret& key,
                          const CompartmentId& compartment, Generation generation,
                          crypto::Entropy& entropy) {
    ENSURE(roster.genesis() != nullptr);
    return wrap_key(key, NodeId{}, roster.genesis()->recovery, compartment, generation, entropy);
}

}  // namespace

Bytes sign_entry(const Roster& roster, HybridTime time, EntryContent content,
                 std::span<const crypto::SigningKey* const> keys) {
    RosterEntry entry{{roster.length().value + 1}, roster.head(), time, std::move(content), {}};
    const Bytes bytes = signed_part(entry);
    for (const crypto::SigningKey* key : keys) {
        entry.signatures.push_back(
            {key->public_key(), key->sign(crypto::domain::roster_entry, {bytes})});
    }
    return encode_entry(entry);
}

KeyWrap wrap_key(const crypto::Secret& key, const NodeId& node, const crypto::BoxPublicKey& box,
                 const CompartmentId& compartment, Generation generation,
                 crypto::Entropy& entropy) {
    ENSURE(key.size() == key_size);
    auto envelope = crypto::seal_to(box, wrap_purpose(compartment, generation), node.view(),
                                    key.view(), entropy);
    ENSURE(envelope.has_value());  // box keys are checked when they enter the roster
    return {node, compartment, generation, std::move(*envelope)};
}

Result<crypto::Secret> unwrap_key(const KeyWrap& wrap, const crypto::BoxKey& box) {
    auto key = crypto::open_envelope(box, wrap_purpose(wrap.compartment, wrap.generation),
                                     wrap.node.view(), wrap.envelope);
    if (!key || key->size() != key_size) {
        return Error{roster_wrap_broken, "the wrap of generation " +
                                             std::to_string(wrap.generation.value) +
                                             " is not for this key"};
    }
    return key;
}

Result<CompartmentEntry> make_compartment(const Roster& roster, const NewCompartment& wanted,
                                          crypto::Entropy& entropy) {
    CompartmentEntry out;
    out.compartment = wanted.again ? *wanted.again : entropy.fixed<CompartmentId>();
    out.database = wanted.database;
    out.lane = wanted.lane;
    const crypto::Secret key = entropy.secret(key_size);
    crypto::seal_once(name_key(key, out.compartment).view(), as_bytes(wanted.name),
                      out.sealed_name);
    out.wraps.push_back(wrap_for_recovery(roster, key, out.compartment, {1}, entropy));
    for (const NewGrant& grant : wanted.grants) {
        TRY_ASSIGN(const NodeCertificate* const node, find_node(roster, grant.node));
        out.grants.push_back({grant.node, grant.right});
        if (grant.right >= Right::read) {
            out.wraps.push_back(
                wrap_key(key, grant.node, node->identity.box, out.compartment, {1}, entropy));
        }
    }
    return out;
}

Result<GrantEntry> make_grant(const Roster& roster, const CompartmentId& compartment,
                              const NewGrant& grant, std::span<const GenerationKey> keys,
                              crypto::Entropy& entropy) {
    const CompartmentStanding* standing = roster.compartment(compartment);
    if (standing == nullptr) {
        return Error{roster_unknown_compartment, to_base32(compartment.view())};
    }
    TRY_ASSIGN(const NodeCertificate* const node, find_node(roster, grant.node));
    GrantEntry out{compartment, grant.node, grant.right, {1}, {}};
    if (grant.right < Right::read) {
        return out;
    }
    const auto lost = roster.lost_keys(compartment, grant.node);
    std::map<Generation, std::size_t> wrapped;
    for (const GenerationKey& each : keys) {
        const auto found = lost.find(each.generation);
        const std::size_t most = (each.generation <= standing->newest ? 1 : 0) +
                                 (found == lost.end() ? 0 : found->second.made);
        if (wrapped[each.generation] < most) {
            ++wrapped[each.generation];
            out.wraps.push_back(wrap_key(each.key, grant.node, node->identity.box, compartment,
                                         each.generation, entropy));
        }
    }
    for (Generation at{1}; at <= standing->newest; ++at.value) {
        if (wrapped[at] == 0) {
            return Error{roster_generation, "a grant takes the keys of all " +
                                                std::to_string(standing->newest.value) +
                                                " generations"};
        }
    }
    return out;
}

Result<GenerationEntry> make_generation(const Roster& roster, const CompartmentId& compartment,
                                        std::span<const NodeId> without, crypto::Entropy& entropy) {
    const CompartmentStanding* standing = roster.compartment(compartment);
    if (standing == nullptr) {
        return Error{roster_unknown_compartment, to_base32(compartment.view())};
    }
    GenerationEntry out{compartment, {standing->newest.value + 1}, {}};
    const crypto::Secret key = entropy.secret(key_size);
    out.wraps.push_back(wrap_for_recovery(roster, key, compartment, out.generation, entropy));
    for (const NodeId& id : roster.entitled(compartment, Right::read)) {
        if (std::find(without.begin(), without.end(), id) == without.end()) {
            out.wraps.push_back(wrap_key(key, id, roster.node(id)->identity.box, compartment,
                                         out.generation, entropy));
        }
    }
    return out;
}

Result<RevocationEntry> make_revocation(const Roster& roster, const NodeId& node,
                                        std::vector<Cut> cuts, crypto::Entropy& entropy) {
    TRY(find_node(roster, node));
    RevocationEntry out{node, std::move(cuts), {}};
    for (const CompartmentStanding* compartment : roster.compartments()) {
        if (roster.right(node, compartment->id) >= Right::read) {
            TRY_ASSIGN(auto generation,
                       make_generation(roster, compartment->id, std::span(&node, 1), entropy));
            out.generations.push_back(std::move(generation));
        }
    }
    return out;
}

Result<std::string> open_name(const CompartmentStanding& compartment,
                              const crypto::Secret& first_key) {
    const auto name =
        crypto::open_once(name_key(first_key, compartment.id).view(), compartment.sealed_name);
    if (!name) {
        return Error{roster_wrap_broken, "the name is sealed under another key"};
    }
    return std::string(as_text(*name));
}

}  // namespace entrepot::replication
