// AdministrationFixture: a whole administration made by the real author from one seed: roots,
// recovery key, headquarters, nodes, compartments, and every secret at hand for a test to use.
// Not for production: it keeps in one place what an administration keeps apart.
#pragma once

#include <map>

#include "replication/roster/roster_author.hpp"

namespace entrepot::replication {

/// What an administration is made of at first. The default is the cheapest: one root key and a
/// headquarters, two entries.
struct AdministrationOptions {
    std::uint64_t seed = 1;
    std::string country = "JM";
    std::uint8_t threshold = 1;
    std::uint8_t root_count = 1;
    std::vector<std::string> units = {};  ///< one node each, by name
    std::vector<std::string> relays = {};
    bool unit_seizures = false;      ///< per unit "seizures", with headquarters
    bool joint_seizures = false;     ///< one, all units and headquarters write
    bool national_suspects = false;  ///< one, all units and headquarters write
};

class AdministrationFixture {
public:
    explicit AdministrationFixture(const AdministrationOptions& options = {});
    /// "headquarters", "airport", "seaport", relay "courier", with all three sorts of compartments.
    static AdministrationFixture with_two_units(std::uint64_t seed = 1);

    const Roster& roster() const { return roster_; }
    const std::vector<Bytes>& entries() const { return roster_.entries(); }

    const crypto::Identity& identity(const std::string& name) const { return identities_.at(name); }
    NodeId id(const std::string& name) const { return identity(name).id(); }
    const crypto::Identity& headquarters() const { return identity("headquarters"); }
    const crypto::SigningKey& roster_signing_key() const { return *roster_key_; }
    const crypto::BoxKey& recovery_key() const { return *recovery_; }
    const std::vector<crypto::SigningKey>& root_keys() const { return roots_; }

    /// By the name given when it was made: "<unit> seizures", "joint seizures", "suspects".
    CompartmentId compartment(const std::string& name) const { return compartments_.at(name); }
    /// Key of a generation, opened with the recovery key; the newest when not given.
    crypto::Secret key(const CompartmentId& compartment,
                       std::optional<Generation> generation = std::nullopt) const;
    /// Keys of all generations, those of branches that lost too, oldest first.
    std::vector<GenerationKey> keys(const CompartmentId& compartment) const;

    NodeId add_headquarters(const std::string& name);
    NodeId add_unit(const std::string& name);
    /// A further node of the unit that `name_of_first` was the first node of.
    NodeId add_desk(const std::string& name, const std::string& name_of_first);
    NodeId add_relay(const std::string& name);
    /// Grants by node; headquarters gets only what is given here.
    CompartmentId add_compartment(const std::string& database, const std::string& name,
                                  const std::vector<NewGrant>& grants, Lane lane = Lane::records);
    void grant(const CompartmentId& compartment, const NodeId& node, Right right);
    Generation new_generation(const CompartmentId& compartment);
    void revoke(const NodeId& node, std::vector<Cut> cuts = {});
    void move_cut(const Cut& cut);
    void set_schema_edition(std::uint32_t edition, const Hash& hash);

    /// Signs content with the keys its kind calls for and appends it; aborts if that is refused.
    void append(EntryContent content);
    /// The bytes that append() would append, without appending them.
    Bytes sign(EntryContent content) const;
    /// A certificate for a new identity, known by `name` from now on; not appended.
    NodeCertificate make_certificate(const std::string& name, NodeKind kind, const UnitId& unit);
    crypto::Entropy& entropy() { return entropy_; }

private:
    NodeId add_node(const std::string& name, NodeKind kind, const UnitId& unit);
    void add_template(const AdministrationOptions& options);

    crypto::SeededEntropy entropy_;
    Roster roster_;
    std::vector<crypto::SigningKey> roots_;
    std::optional<crypto::BoxKey> recovery_;
    std::optional<crypto::SigningKey> roster_key_;  ///< of the newest headquarters
    std::map<std::string, crypto::Identity> identities_;
    std::map<std::string, CompartmentId> compartments_;
    std::map<UnitId, std::uint32_t> next_number_;
};

}  // namespace entrepot::replication
