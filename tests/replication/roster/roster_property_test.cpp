// Properties over random administrations: whatever headquarters does through the author appends,
// nodes with the same entries have the same standing, and keys open for exactly the entitled.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/administration_fixture.hpp"

namespace entrepot::replication {
namespace {

/// Headquarters at work: each step is one valid operation drawn by RapidCheck.
class Work {
public:
    explicit Work(std::uint64_t seed) : fixture_(options(seed)) {
        compartments_.push_back(fixture_.add_compartment("seizures", "joint seizures", {}));
        for (const auto& name : {"unit 0", "unit 1", "relay"}) {
            active_.push_back(fixture_.id(name));
        }
    }

    void step() {
        switch (*rc::gen::inRange(0, 8)) {
            case 0:
                return add_unit();
            case 1:
                return add_compartment();
            case 2:
                return static_cast<void>(fixture_.new_generation(any_compartment()));
            case 3:
                return revoke();
            case 4:
                return move_cut();
            default:
                return grant();
        }
    }
    AdministrationFixture& fixture() { return fixture_; }
    /// Rights as this test keeps them, apart from the roster.
    Right expected(const NodeId& node, const CompartmentId& compartment) const {
        const auto found = rights_.find({node, compartment});
        return found == rights_.end() ? Right::none : found->second;
    }
    const std::vector<CompartmentId>& compartments() const { return compartments_; }
    /// Name and id of every unit ever added, revoked ones too.
    const std::vector<std::string>& units() const { return units_; }

private:
    static AdministrationOptions options(std::uint64_t seed) {
        AdministrationOptions out;
        out.seed = seed;
        out.units = {"unit 0", "unit 1"};
        out.relays = {"relay"};
        return out;
    }
    CompartmentId any_compartment() const { return *rc::gen::elementOf(compartments_); }
    NodeId any_node() const { return *rc::gen::elementOf(active_); }
    Right any_right(const NodeId& node) const {
        const bool relay = node == fixture_.id("relay");
        return static_cast<Right>(*rc::gen::inRange(0, relay ? 2 : 4));
    }
    void add_unit() {
        units_.push_back("unit " + std::to_string(units_.size()));
        active_.push_back(*rc::gen::arbitrary<bool>() ? fixture_.add_unit(units_.back())
                                                      : fixture_.add_desk(units_.back(), "unit 0"));
    }
    void add_compartment() {
        const NodeId node = any_node();
        const Right right = any_right(node);
        std::vector<NewGrant> grants;
        if (right != Right::none) {
            grants.push_back({node, right});
        }
        const auto id = fixture_.add_compartment(
            "cases", "case " + std::to_string(compartments_.size()), grants);
        compartments_.push_back(id);
        rights_[{node, id}] = right;
    }
    void grant() {
        const NodeId node = any_node();
        const CompartmentId compartment = any_compartment();
        const Right right = any_right(node);
        fixture_.grant(compartment, node, right);
        rights_[{node, compartment}] = right;
    }
    void revoke() {
        if (active_.size() < 2) {
            return;
        }
        const NodeId node = any_node();
        fixture_.revoke(node);
        active_.erase(std::find(active_.begin(), active_.end(), node));
        for (const CompartmentId& compartment : compartments_) {
            rights_[{node, compartment}] = Right::none;
        }
    }
    void move_cut() {
        ++cut_;
        fixture_.move_cut({LogId{{1}}, {cut_}, Hash{{1}}});
    }

    AdministrationFixture fixture_;
    std::vector<CompartmentId> compartments_;
    std::vector<std::string> units_{"unit 0", "unit 1"};
    std::vector<NodeId> active_;
    std::map<std::pair<NodeId, CompartmentId>, Right> rights_;
    std::uint64_t cut_ = 0;
};

/// All of a roster's answers in one text, to compare two by.
std::string answers(const Roster& roster) {
    std::string out;
    for (const NodeCertificate* node : roster.nodes()) {
        const NodeId id = node->identity.id();
        out += to_hex(id.view()) + (roster.is_revoked(id) ? " revoked" : "");
        for (const KeyWrap* wrap : roster.wraps_for(id)) {
            out += " " + to_hex(wrap->envelope);
        }
        for (const CompartmentStanding* compartment : roster.compartments()) {
            for (std::uint64_t at = 0; at <= roster.length().value; ++at) {
                out += std::to_string(
                    static_cast<int>(roster.right(id, compartment->id, RosterLength{at})));
                out +=
                    std::to_string(roster.generation_at(compartment->id, RosterLength{at}).value);
            }
            out += roster.cut_of({id, compartment->id, {}}) ? "cut" : "";
        }
        out += "\n";
    }
    return out;
}

RC_GTEST_PROP(RosterProperty, WhateverHeadquartersDoesAppendsAndGivesTheRightsItSaid, ()) {
    Work work(*rc::gen::arbitrary<std::uint64_t>());
    const int steps = *rc::gen::inRange(1, 20);
    for (int i = 0; i < steps; ++i) {
        work.step();
    }
    for (const auto& unit : work.units()) {
        const NodeId id = work.fixture().id(unit);
        for (const CompartmentId& compartment : work.compartments()) {
            RC_ASSERT(work.fixture().roster().right(id, compartment) ==
                      work.expected(id, compartment));
        }
    }
}

RC_GTEST_PROP(RosterProperty, NodesWithTheSameEntriesHaveTheSameStanding, ()) {
    Work work(*rc::gen::arbitrary<std::uint64_t>());
    Roster follower = work.fixture().roster();
    const int steps = *rc::gen::inRange(1, 12);
    for (int i = 0; i < steps; ++i) {
        work.step();
        if (follower.length() < work.fixture().roster().length()) {
            RC_ASSERT(follower.append(work.fixture().entries().back()).has_value());
        }
    }
    const auto fresh = Roster::from_entries(work.fixture().entries());
    RC_ASSERT(fresh.has_value());
    const std::string expected = answers(work.fixture().roster());
    RC_ASSERT(answers(follower) == expected);
    RC_ASSERT(answers(*fresh) == expected);
}

RC_GTEST_PROP(RosterProperty, TheNewestKeyOpensForExactlyTheReadersOfItsTime, ()) {
    Work work(*rc::gen::arbitrary<std::uint64_t>());
    const int steps = *rc::gen::inRange(1, 12);
    for (int i = 0; i < steps; ++i) {
        work.step();
    }
    auto& fixture = work.fixture();
    for (const CompartmentId& compartment : work.compartments()) {
        const Generation made = fixture.new_generation(compartment);
        const auto key = fixture.key(compartment, made);
        for (const auto& unit : work.units()) {
            bool opens = false;
            for (const KeyWrap* wrap : fixture.roster().wraps_for(fixture.id(unit))) {
                const auto opened = unwrap_key(*wrap, fixture.identity(unit).box());
                opens = opens ||
                        (wrap->compartment == compartment && opened && opened->equals(key.view()));
            }
            RC_ASSERT(opens == (work.expected(fixture.id(unit), compartment) >= Right::read));
        }
    }
}

}  // namespace
}  // namespace entrepot::replication
