// A copy that leaves for another country and is recalled, with real nodes of two administrations.
#include "tests/support/matchers.hpp"
#include "tests/system/seizure_documents.hpp"
#include "tests/system/two_countries.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

class Releases : public ::testing::Test {
protected:
    void SetUp() override {
        both_.become_partners();
        ASSERT_TRUE(both_.converge());
        both_.ours().post(Socket::worker, "/administration/compartments",
                          {{"database", "seizures"}, {"name", "own"}, {"members", json::array()}});
        const Ran role = both_.ours().command(
            {"officer", "role", both_.jamaica().wish().officer, "--role", "entry", "--role",
             "supervisor", "--role", "release", "--role", "administrator"});
        ASSERT_EQ(role.exit_code, 0) << role.err;
    }
    std::string saved(json document) {
        document["status"] = "validated";
        return both_.ours()
            .post(Socket::worker, "/records/seizures",
                  {{"document", document}, {"compartment", "own"}})
            .at("id");
    }
    json wish(const std::string& record) {
        return {{"record", record}, {"partner", "GE"},      {"basis", "Nairobi, annex III"},
                {"handling", "H1"}, {"until", "2090-01-01"}};
    }
    std::uint64_t copies_at_georgia() { return both_.theirs().record_count("seizures"); }

    TwoCountries both_;
};

TEST_F(Releases, AreErasedAtThePartnerByARecallAndReceipted) {
    const std::string record = saved(seizure(7));
    const json released = both_.ours().post(Socket::worker, "/releases", wish(record));
    ASSERT_EQ(released.at("state"), "carried_out");
    ASSERT_TRUE(both_.converge());
    ASSERT_TRUE(eventually([&] { return copies_at_georgia() == 1U; }));
    const std::string copy = released.at("copy");
    const json shown = both_.theirs().get(Socket::worker, "/records/" + copy);
    EXPECT_EQ(shown.at("document").at("released_by"), "JM");
    EXPECT_EQ(both_.theirs().ask(Socket::worker, "GET", "/records/" + record).status, 404U)
        << "the source's id leads nowhere abroad";

    const std::string draft = both_.jamaica().path_of("recall.draft");
    const std::string release = released.at("release");
    both_.jamaica().command({"release", "recall", release, "--reason", "mistaken", "--node",
                             both_.jamaica().path_of("headquarters"), "-o", draft});
    const std::string administration = both_.jamaica().path_of("administration");
    for (const char* key : {"/root-1.key", "/root-2.key"}) {
        both_.jamaica().command({"administration", "sign", draft, "--key", administration + key,
                                 "--yes"});
    }
    both_.jamaica().command({"administration", "apply", administration, draft, "--headquarters",
                             both_.jamaica().path_of("headquarters")});
    ASSERT_TRUE(both_.converge());
    EXPECT_TRUE(eventually([&] { return copies_at_georgia() == 0U; }));
    EXPECT_TRUE(eventually([&] {
        const json orders =
            both_.ours().get(Socket::worker, "/partners/GE/erasures").at("orders");
        const json nodes = orders.empty() ? json::array() : orders.back().at("nodes");
        return std::any_of(nodes.begin(), nodes.end(), [](const json& node) {
            return node.at("kind") == "partner" && node.at("receipted").get<bool>();
        });
    }));
    json message;
    ASSERT_TRUE(eventually([&] {
        message = both_.theirs().post(Socket::worker, "/search",
                                      {{"database", "messages"}, {"query", ""}});
        return message.at("matched") == 1;
    }));
    EXPECT_EQ(message.at("records")[0].at("document").at("about"), copy);
}

TEST_F(Releases, OfAPartnersH2CopyGoNoFurther) {
    const std::string record = saved(seizure(9));
    json strict = wish(record);
    strict["handling"] = "H2";
    const json released = both_.ours().post(Socket::worker, "/releases", strict);
    ASSERT_TRUE(both_.converge());
    ASSERT_TRUE(eventually([&] { return copies_at_georgia() == 1U; }));
    const Ran role = both_.theirs().command({"officer", "role",
                                             both_.georgia().wish().officer, "--role", "release",
                                             "--role", "administrator"});
    ASSERT_EQ(role.exit_code, 0) << role.err;
    json onward = wish(released.at("copy"));
    onward["partner"] = "JM";
    const Answered answer = both_.theirs().ask(Socket::worker, "POST", "/releases", onward);
    EXPECT_EQ(answer.code, "release.handling");
}

}  // namespace
}  // namespace entrepot::node
