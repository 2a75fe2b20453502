#include "node/access/rights.hpp"

#include <gmock/gmock.h>

#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

using replication::OfficerRole;

TEST(Rights, AreThoseOfTheTable) {
    struct Row {
        OfficerRole role;
        std::vector<Duty> duties;
    };
    const std::vector<Row> table{
        {OfficerRole::entry, {Duty::own, Duty::read, Duty::capture}},
        {OfficerRole::supervisor,
         {Duty::own, Duty::read, Duty::capture, Duty::resolve, Duty::verify}},
        {OfficerRole::analyst, {Duty::own, Duty::read}},
        {OfficerRole::release, {Duty::own, Duty::read}},
        {OfficerRole::administrator, {Duty::own, Duty::administer, Duty::verify}},
        {OfficerRole::auditor, {Duty::own, Duty::verify, Duty::audit}},
    };
    for (const Row& row : table) {
        for (const Duty duty : {Duty::own, Duty::read, Duty::capture, Duty::resolve,
                                Duty::administer, Duty::verify, Duty::audit}) {
            const bool allowed =
                std::find(row.duties.begin(), row.duties.end(), duty) != row.duties.end();
            const Status checked = check_duty(replication::bit_of(row.role), duty);
            EXPECT_EQ(checked.has_value(), allowed)
                << replication::name_of(row.role) << " " << static_cast<int>(duty);
            EXPECT_TRUE(checked || checked.error().code == officer_role);
        }
    }
}

TEST(Rights, SayWhichRoleItTakes) {
    const Status refused = check_duty(1 | 4, Duty::resolve);
    ASSERT_THAT(refused, HasCode(officer_role));
    EXPECT_EQ(refused.error().context, "this takes the role supervisor; you have entry, analyst");
}

}  // namespace
}  // namespace entrepot::node
