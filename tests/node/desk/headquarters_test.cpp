#include "node/desk/headquarters.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "node/desk/import_job.hpp"
#include "node/headquarters/enrolment.hpp"
#include "replication/roster/join_file.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::NodeKind;

class Headquarters : public testing::Test {
protected:
    json request_of(const crypto::Identity& identity, const replication::RequestWish& wish) {
        return {{"request", crypto::to_base64(*replication::make_request(
                                wish, identity, clock_.wall(), entropy_))}};
    }
    SystemClock clock_;
    crypto::SystemEntropy entropy_;
    DeskFixture fixture_{"headquarters"};
};

TEST_F(Headquarters, EnrolsAUnitWithItsCompartments) {
    const auto identity = crypto::Identity::generate(entropy_);
    const auto body = request_of(identity, {NodeKind::unit, "Port Antonio", {}});
    const auto answer =
        fixture_.await([&](JsonDone done) { enrol_node(fixture_.desk(), body, done); });
    ASSERT_THAT(answer, IsOk());
    const auto join = *crypto::from_base64((*answer)["join"].get<std::string>());
    const auto roster =
        replication::open_join(join, identity, fixture_.desk().roster().root_fingerprint());
    ASSERT_THAT(roster, IsOk());
    std::set<std::string> databases;
    for (const auto* wrap : roster->wraps_for(identity.id())) {
        databases.insert(roster->compartment(wrap->compartment)->database);
    }
    EXPECT_EQ(databases,
              (std::set<std::string>{"audit", "companies", "directory", "seizures", "suspects"}));
}

TEST_F(Headquarters, GivesBlocksOfNumbersThatNoOtherNodeHas) {
    for (const char* name : {"Port Antonio", "Falmouth"}) {
        const auto body =
            request_of(crypto::Identity::generate(entropy_), {NodeKind::unit, name, {}});
        ASSERT_THAT(fixture_.await([&](JsonDone done) { enrol_node(fixture_.desk(), body, done); }),
                    IsOk());
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks;
    const auto nodes = fixture_.desk().roster().nodes();
    for (std::size_t i = nodes.size() - 2; i < nodes.size(); ++i) {
        for (const auto& block : {nodes[i]->numbers, nodes[i]->spare_numbers}) {
            for (const auto& [first, end] : blocks) {
                EXPECT_TRUE(block.first >= end || block.first + block.count <= first);
            }
            blocks.emplace_back(block.first, block.first + block.count);
        }
    }
}

TEST_F(Headquarters, LeavesAnotherHeadquartersToTheRootKeys) {
    const auto key = crypto::SigningKey::generate(entropy_);
    const auto body = request_of(crypto::Identity::generate(entropy_),
                                 {NodeKind::headquarters, "Second", key.public_key()});
    EXPECT_THAT(fixture_.await([&](JsonDone done) { enrol_node(fixture_.desk(), body, done); }),
                HasCode(headquarters_root_signs));
}

TEST_F(Headquarters, RefusesARequestThatIsNotBase64) {
    EXPECT_THAT(fixture_.await([&](JsonDone done) {
        enrol_node(fixture_.desk(), {{"request", "%%%"}}, done);
    }),
                HasCode(crypto::bytes_not_base64));
}

TEST_F(Headquarters, MakesAJointCompartmentForNamedUnits) {
    const auto unit = to_base32(fixture_.administration().id("airport").view());
    const json body{{"database", "seizures"},
                    {"name", "Operation Reef"},
                    {"members", {{{"unit", unit}, {"right", "write"}}}}};
    ASSERT_THAT(
        fixture_.await([&](JsonDone done) { add_compartment(fixture_.desk(), body, done); }),
        IsOk());
    const auto place = find_place(fixture_.desk(), "Operation Reef");
    ASSERT_THAT(place, IsOk());
    EXPECT_EQ(fixture_.desk().roster().right(fixture_.administration().id("airport"), place->id),
              replication::Right::write);
    EXPECT_EQ(fixture_.desk().roster().right(fixture_.administration().id("seaport"), place->id),
              replication::Right::none);
    EXPECT_THAT(
        fixture_.await([&](JsonDone done) { add_compartment(fixture_.desk(), body, done); }),
        HasCode(request_body));
    json unknown = body;
    unknown["name"] = "Other";
    unknown["members"][0]["unit"] = "Nowhere";
    EXPECT_THAT(
        fixture_.await([&](JsonDone done) { add_compartment(fixture_.desk(), unknown, done); }),
        HasCode(unit_unknown));
}

TEST_F(Headquarters, SaysThatANameIsAmbiguous) {
    const auto compartment = fixture_.administration().compartment("suspects");
    static_cast<void>(compartment);
    const json first{{"database", "seizures"}, {"name", "Twin"}, {"members", json::array()}};
    const json second{{"database", "suspects"}, {"name", "Twin"}, {"members", json::array()}};
    ASSERT_THAT(
        fixture_.await([&](JsonDone done) { add_compartment(fixture_.desk(), first, done); }),
        IsOk());
    ASSERT_THAT(
        fixture_.await([&](JsonDone done) { add_compartment(fixture_.desk(), second, done); }),
        IsOk());
    EXPECT_THAT(find_place(fixture_.desk(), "Twin"), HasCode(place_ambiguous));
}

TEST(Unit, CannotActAsHeadquarters) {
    DeskFixture fixture("airport");
    const json body{{"database", "seizures"}, {"name", "Mine"}};
    EXPECT_THAT(fixture.await([&](JsonDone done) { add_compartment(fixture.desk(), body, done); }),
                HasCode(headquarters_only));
}

class Imports : public testing::Test {
protected:
    Result<json> import(const std::string& lines) {
        Waker waker;
        ImportJob job({*Mapping::for_documents("seizures", fixture_.desk().catalogue()),
                       *default_place(fixture_.desk(), "seizures")},
                      fixture_.desk(), waker);
        std::optional<Result<json>> answer;
        std::mutex mutex;
        job.feed(Bytes(lines.begin(), lines.end()), [](Result<json>) {});
        job.finish([&](Result<json> report) {
            const std::lock_guard lock(mutex);
            answer.emplace(std::move(report));
        });
        Result<json> late = json::object();
        job.feed({}, [&late](Result<json> given) { late = std::move(given); });
        EXPECT_THAT(late, HasCode(import_finished));
        return fixture_.await(
            [&](JsonDone done) {
                follow_ = [&, done] {
                    waker.run_posted();
                    const std::lock_guard lock(mutex);
                    if (answer) {
                        done(*std::move(answer));
                        answer.reset();
                    }
                };
            },
            [this] { follow_(); });
    }
    DeskFixture fixture_;
    std::function<void()> follow_;
};

TEST_F(Imports, AddsNothingTheSecondTime) {
    const std::string lines =
        DeskFixture::seizure("Negril").dump() + "\n" + DeskFixture::seizure("Lucea").dump() + "\n";
    const auto first = import(lines);
    ASSERT_THAT(first, IsOk());
    EXPECT_EQ((*first)["added"], 2);
    const auto second = import(lines);
    ASSERT_THAT(second, IsOk());
    EXPECT_EQ((*second)["added"], 0);
    EXPECT_EQ((*second)["already_here"], 2);
}

TEST_F(Imports, ReportsTheRowThatDoesNotFitAndKeepsTheOthers) {
    json wrong = DeskFixture::seizure("Lucea");
    wrong["direction"] = "sideways";
    const auto report = import(DeskFixture::seizure("Negril").dump() + "\n" + wrong.dump() + "\n");
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ((*report)["added"], 1);
    ASSERT_EQ((*report)["problems"].size(), 1U);
    EXPECT_EQ((*report)["problems"][0]["row"], 2);
    EXPECT_EQ((*report)["mend"], wrong.dump() + "\n");
}

TEST_F(Imports, KeepsNothingToMendWhenEveryRowFits) {
    const auto report = import(DeskFixture::seizure("Negril").dump());
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ((*report)["mend"], "");
}

TEST_F(Imports, WritesRowsToMendAsAFileThatImportsAgain) {
    json first = DeskFixture::seizure("Lucea");
    json second = DeskFixture::seizure("Negril");
    first["direction"] = second["direction"] = "sideways";
    const std::string lines = first.dump() + "\r\n" + second.dump();
    const auto report = import(lines);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ((*report)["mend"], first.dump() + "\n" + second.dump() + "\n");
    const auto again = import((*report)["mend"]);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ((*again)["mend"], (*report)["mend"]);
}

}  // namespace
}  // namespace entrepot::node
