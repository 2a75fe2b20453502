#include "tests/support/administration_fixture.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {
namespace {

constexpr std::uint32_t numbers_in_block = 100;
constexpr std::uint64_t first_entry_ms = 1'700'000'000'000;

template <class T>
T value_of(Result<T> result) {
    if (!result) {
        ensure_failed(result.error().context.c_str(), __FILE__, __LINE__);
    }
    return std::move(result).value();
}

}  // namespace

AdministrationFixture::AdministrationFixture(const AdministrationOptions& options)
    : entropy_(options.seed) {
    ENSURE(crypto::initialise());
    Genesis genesis;
    genesis.country = options.country;
    genesis.threshold = options.threshold;
    for (std::uint8_t i = 0; i < options.root_count; ++i) {
        roots_.push_back(crypto::SigningKey::generate(entropy_));
        genesis.roots.push_back(roots_.back().public_key());
    }
    recovery_ = crypto::BoxKey::generate(entropy_);
    genesis.recovery = recovery_->public_key();
    entropy_.fill(genesis.salt.mutable_view());
    append(std::move(genesis));
    add_headquarters("headquarters");
    for (const auto& unit : options.units) {
        add_unit(unit);
    }
    for (const auto& relay : options.relays) {
        add_relay(relay);
    }
    add_template(options);
}

AdministrationFixture AdministrationFixture::with_two_units(std::uint64_t seed) {
    AdministrationOptions options;
    options.seed = seed;
    options.units = {"airport", "seaport"};
    options.relays = {"courier"};
    options.unit_seizures = options.joint_seizures = options.national_suspects = true;
    return AdministrationFixture(options);
}

void AdministrationFixture::add_template(const AdministrationOptions& options) {
    const NewGrant own{id("headquarters"), Right::write};
    std::vector<NewGrant> everyone{own};
    std::vector<NewGrant> carriers;
    for (const auto& relay : options.relays) {
        carriers.push_back({id(relay), Right::relay});
    }
    const auto with_carriers = [&](std::vector<NewGrant> grants) {
        grants.insert(grants.end(), carriers.begin(), carriers.end());
        return grants;
    };
    for (const auto& unit : options.units) {
        const NewGrant writer{id(unit), Right::write};
        everyone.push_back(writer);
        if (options.unit_seizures) {
            add_compartment("seizures", unit + " seizures", with_carriers({own, writer}));
        }
    }
    if (options.joint_seizures) {
        add_compartment("seizures", "joint seizures", with_carriers(everyone));
    }
    if (options.national_suspects) {
        add_compartment("suspects", "suspects", with_carriers(everyone));
    }
}

crypto::Secret AdministrationFixture::key(const CompartmentId& compartment,
                                          std::optional<Generation> generation) const {
    const CompartmentStanding* standing = roster_.compartment(compartment);
    ENSURE(standing != nullptr);
    const Generation wanted = generation.value_or(standing->newest);
    for (const KeyWrap* wrap : roster_.wraps_for(NodeId{})) {
        if (wrap->compartment == compartment && wrap->generation == wanted) {
            return value_of(unwrap_key(*wrap, *recovery_));
        }
    }
    ensure_failed("a generation of the compartment", __FILE__, __LINE__);
}

std::vector<GenerationKey> AdministrationFixture::keys(const CompartmentId& compartment) const {
    std::vector<GenerationKey> out;
    for (const KeyWrap* wrap : roster_.wraps_for(NodeId{})) {
        if (wrap->compartment == compartment) {
            out.push_back({wrap->generation, value_of(unwrap_key(*wrap, *recovery_))});
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const GenerationKey& a, const GenerationKey& b) {
        return a.generation < b.generation;
    });
    return out;
}

NodeCertificate AdministrationFixture::make_certificate(const std::string& name, NodeKind kind,
                                                        const UnitId& unit) {
    auto identity = crypto::Identity::generate(entropy_);
    NodeCertificate out;
    out.identity = identity.public_part();
    out.kind = kind;
    out.unit = unit;
    std::uint32_t& next = next_number_.emplace(unit, 1).first->second;
    out.numbers = {next, numbers_in_block};
    out.spare_numbers = {next + numbers_in_block, numbers_in_block};
    next += 2 * numbers_in_block;
    out.possession = identity.sign().sign(crypto::domain::possession, {out.identity.encode()});
    ENSURE(identities_.emplace(name, std::move(identity)).second);
    return out;
}

NodeId AdministrationFixture::add_node(const std::string& name, NodeKind kind, const UnitId& unit) {
    append(make_certificate(name, kind, unit));
    return id(name);
}

NodeId AdministrationFixture::add_headquarters(const std::string& name) {
    auto certificate = make_certificate(name, NodeKind::headquarters, entropy_.fixed<UnitId>());
    auto key = crypto::SigningKey::generate(entropy_);
    certificate.roster_key = key.public_key();
    append(std::move(certificate));
    roster_key_ = std::move(key);
    return id(name);
}

NodeId AdministrationFixture::add_unit(const std::string& name) {
    return add_node(name, NodeKind::unit, entropy_.fixed<UnitId>());
}

NodeId AdministrationFixture::add_desk(const std::string& name, const std::string& name_of_first) {
    return add_node(name, NodeKind::unit, roster_.node(id(name_of_first))->unit);
}

NodeId AdministrationFixture::add_relay(const std::string& name) {
    return add_node(name, NodeKind::relay, entropy_.fixed<UnitId>());
}

CompartmentId AdministrationFixture::add_compartment(const std::string& database,
                                                     const std::string& name,
                                                     const std::vector<NewGrant>& grants,
                                                     Lane lane) {
    auto entry = value_of(make_compartment(roster_, {database, name, lane, grants}, entropy_));
    const CompartmentId made = entry.compartment;
    append(std::move(entry));
    compartments_[name] = made;
    return made;
}

void AdministrationFixture::grant(const CompartmentId& compartment, const NodeId& node,
                                  Right right) {
    const auto all = keys(compartment);
    append(value_of(make_grant(roster_, compartment, {node, right}, all, entropy_)));
}

Generation AdministrationFixture::new_generation(const CompartmentId& compartment) {
    append(value_of(make_generation(roster_, compartment, {}, entropy_)));
    return roster_.compartment(compartment)->newest;
}

void AdministrationFixture::revoke(const NodeId& node, std::vector<Cut> cuts) {
    append(value_of(make_revocation(roster_, node, std::move(cuts), entropy_)));
}

void AdministrationFixture::move_cut(const Cut& cut) {
    append(CutEntry{cut});
}

void AdministrationFixture::set_schema_edition(std::uint32_t edition, const Hash& hash) {
    append(SchemaEditionEntry{edition, hash});
}

Bytes AdministrationFixture::sign(EntryContent content) const {
    std::vector<const crypto::SigningKey*> keys;
    if (roster_.is_for_root(content)) {
        const auto* first = std::get_if<Genesis>(&content);
        const std::size_t threshold = first ? first->threshold : roster_.roots().threshold;
        for (std::size_t i = 0; i < threshold; ++i) {
            keys.push_back(&roots_[i]);
        }
    } else {
        keys.push_back(&*roster_key_);
    }
    const std::uint64_t ms = first_entry_ms + roster_.length().value * 1000;
    return sign_entry(roster_, HybridTime{ms << 16}, std::move(content), keys);
}

void AdministrationFixture::append(EntryContent content) {
    if (const auto status = roster_.append(sign(std::move(content))); !status) {
        ensure_failed(status.error().context.c_str(), __FILE__, __LINE__);
    }
}

}  // namespace entrepot::replication
