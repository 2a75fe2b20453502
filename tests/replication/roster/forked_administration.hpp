// Two branches of one administration's roster, as when headquarters was restored from an old
// backup, and the settlements by which the first of them counts.
#pragma once

#include "tests/support/administration_fixture.hpp"

namespace entrepot::replication {

struct ForkedAdministration {
    AdministrationFixture counts, loses;
    RosterLength common;

    /// Both with two units, a courier and their compartments, and alike up to here.
    static ForkedAdministration with_two_units(std::uint64_t seed = 1) {
        ForkedAdministration out{AdministrationFixture::with_two_units(seed),
                                 AdministrationFixture::with_two_units(seed),
                                 {}};
        out.common = out.counts.roster().length();
        for (int i = 0; i < 1'000; ++i) {  // from here on other keys are drawn
            static_cast<void>(out.loses.entropy().fixed<Hash>());
        }
        return out;
    }

    /// What carries the losing entry of that number.
    SettlementEntry settlement(std::uint64_t number) const {
        return {common, loses.entries().at(number - 1)};
    }
    /// Makes a compartment again on the branch that counts which only the losing one made: its
    /// headquarters writes, then each of these nodes is granted it with the losing keys.
    CompartmentId make_again(const std::string& name, const std::vector<NewGrant>& grants) {
        const CompartmentStanding& lost = *loses.roster().compartment(loses.compartment(name));
        counts.append(*make_compartment(
            counts.roster(),
            {lost.database, name, lost.lane, {{counts.id("headquarters"), Right::write}}, lost.id},
            counts.entropy()));
        for (const NewGrant& grant : grants) {
            counts.grant(lost.id, grant.node, grant.right);
        }
        return lost.id;
    }
    /// Appends settlements of all losing entries, or of the first so many.
    void settle(std::size_t most = SIZE_MAX) {
        const std::uint64_t end = loses.roster().length().value;
        for (std::uint64_t at = common.value + 1; at <= end && most > 0; ++at, --most) {
            counts.append(settlement(at));
        }
    }
};

}  // namespace entrepot::replication
