// Two officers at one node: each save is signed by the one whose token the call had, and
// headquarters checks it and tells who it was; what one may not do is refused; who left is out.
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

json ask_as(const NodeProcess& node, const std::string& token, const std::string& method,
            const std::string& path, const json& body = nullptr) {
    HttpClient client({node.directory() / "worker.sock"});
    ApiCall call{method, path, {}, {{"Authorization", "Bearer " + token}}};
    if (!body.is_null()) {
        const std::string text = body.dump();
        call.body.assign(text.begin(), text.end());
    }
    const auto answer = client.request(call);
    json out = answer ? json::parse(as_text(answer->body), nullptr, false) : json::object();
    return out.is_object() ? out : json::object();
}

void add_officer(NodeProcess& node, const std::string& name, const json& roles) {
    node.post(Socket::worker, "/officers",
              {{"officer", name}, {"roles", roles}, {"passphrase", name + " counts gulls"}});
}

std::string sign_in(NodeProcess& node, const std::string& name) {
    return node
        .post(Socket::worker, "/unlock",
              {{"officer", name}, {"passphrase", name + " counts gulls"}})
        .at("token");
}

json document_with(const std::string& status) {
    json out = seizure(7);
    out["status"] = status;
    return out;
}

json first_change(const NodeProcess& node, const json& saved) {
    return node.get(Socket::worker, "/records/" + saved.at("id").get<std::string>() + "/history")
        .at("changes")
        .at(0);
}

TEST(Officers, TwoAtOneNodeSignTheirOwnSavesAndHeadquartersTellsThemApart) {
    TestNetwork network;
    ASSERT_TRUE(network.converge());
    NodeProcess& airport = network.airport();
    NodeProcess& headquarters = network.headquarters();
    add_officer(airport, "Ann Clerk", {"entry"});
    add_officer(airport, "Bob Chief", {"supervisor"});
    const std::string ann = sign_in(airport, "Ann Clerk");
    const std::string bob = sign_in(airport, "Bob Chief");

    const json of_ann =
        ask_as(airport, ann, "POST", "/records/seizures", {{"document", seizure(5)}});
    const json of_bob = ask_as(airport, bob, "POST", "/records/seizures",
                               {{"document", document_with("validated")}});
    ASSERT_TRUE(of_ann.contains("id")) << of_ann;
    ASSERT_TRUE(of_bob.contains("id")) << of_bob;
    EXPECT_EQ(ask_as(airport, ann, "POST", "/records/seizures",
                     {{"document", document_with("validated")}})
                  .value("code", ""),
              "officer.role");
    EXPECT_EQ(ask_as(airport, ann, "GET", "/officers").value("code", ""), "officer.role");

    ASSERT_TRUE(network.converge());
    EXPECT_EQ(headquarters.standing().at("quarantined"), 0);
    for (const auto& [saved, name] : {std::pair(of_ann, "Ann Clerk"), {of_bob, "Bob Chief"}}) {
        const json change = first_change(headquarters, saved);
        EXPECT_EQ(change.at("officer_name"), name);
        EXPECT_EQ(change.at("signature"), "verified");
    }
}

TEST(Officers, WhoLeftIsSignedOutAndTheOthersGoOn) {
    TestNetwork network;
    ASSERT_TRUE(network.converge());
    NodeProcess& airport = network.airport();
    add_officer(airport, "Ann Clerk", {"entry"});
    const std::string ann = sign_in(airport, "Ann Clerk");
    const json before =
        ask_as(airport, ann, "POST", "/records/seizures", {{"document", seizure(5)}});
    ASSERT_TRUE(before.contains("id")) << before;
    // Her sign-in is the newest of this account; the administrator acts again once she is out.
    ask_as(airport, ann, "POST", "/sign-out");
    const Ran left = airport.command({"officer", "leave", "Ann Clerk", "--json"});
    EXPECT_EQ(left.exit_code, 0) << left.err;
    EXPECT_EQ(ask_as(airport, ann, "GET", "/roster").value("code", ""), "access.token");
    airport.post(Socket::worker, "/records/seizures", {{"document", seizure(6)}});

    ASSERT_TRUE(network.converge());
    EXPECT_EQ(network.headquarters().standing().at("quarantined"), 0);
    EXPECT_EQ(first_change(network.headquarters(), before).at("officer_name"), "Ann Clerk");
    EXPECT_EQ(network.headquarters().record_count(), 2U);
    const Ran verified = network.headquarters().command({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.err << verified.out;
}

}  // namespace
}  // namespace entrepot::node
