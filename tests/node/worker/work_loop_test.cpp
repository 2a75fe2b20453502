#include "node/worker/work_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "node/api/http_client.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

/// A worker without an unlock, its loop in a thread; its link says nothing.
class LockedWorker : public testing::Test {
protected:
    LockedWorker() {
        EXPECT_THAT(NodeDirectory::create(folder_.path() / "n"), IsOk());
        auto ends = *FrameChannel::pair();
        link_.emplace(std::move(ends.first));
        loop_ = *WorkLoop::start({folder_.path() / "n", ends.second, {}});
        thread_ = std::thread([this] { EXPECT_THAT(loop_->run(), IsOk()); });
    }
    ~LockedWorker() override {
        link_.reset();  // the worker ends with its link
        thread_.join();
    }
    ApiAnswer ask(const ApiCall& call) {
        HttpClient client({folder_.path() / "n" / "worker.sock"});
        auto answer = client.request(call);
        EXPECT_THAT(answer, IsOk());
        return answer ? *answer : ApiAnswer{};
    }
    std::string code_of(const ApiCall& call) {
        const auto error = ask(call).error();
        return error ? error->code : "";
    }
    TemporaryFolder folder_;
    std::optional<FrameChannel> link_;
    std::unique_ptr<WorkLoop> loop_;
    std::thread thread_;
};

TEST_F(LockedWorker, AnswersNothingButStandingAndUnlock) {
    EXPECT_EQ(ask({"GET", "/standing"}).status, 200U);
    for (const char* path : {"/compartments", "/records/abc", "/roster", "/roster/file"}) {
        EXPECT_EQ(code_of({"GET", path}), worker_locked.name()) << path;
    }
    for (const char* path :
         {"/records/seizures", "/search", "/imports", "/imports/x/rows", "/verify"}) {
        EXPECT_EQ(code_of({"POST", path}), worker_locked.name()) << path;
    }
}

TEST_F(LockedWorker, SaysThatNoOfficerHasAPassphraseHere) {
    const std::string body = R"({"officer": "Ann", "passphrase": "correct horse"})";
    EXPECT_EQ(code_of({"POST", "/unlock", Bytes(body.begin(), body.end()), {}}),
              vault_no_slot.name());
}

TEST_F(LockedWorker, TakesOneUnlockAtATime) {
    crypto::SystemEntropy entropy;
    const auto directory = *NodeDirectory::open(folder_.path() / "n");
    const Vault vault = Vault::create("Ann", entropy);
    ASSERT_THAT(add_slot(directory, vault, as_bytes("correct horse"), entropy), IsOk());
    const std::string body = R"({"officer": "Ann", "passphrase": "wrong horse"})";
    std::atomic<int> busy{0}, wrong{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back([&] {
            const std::string code =
                code_of({"POST", "/unlock", Bytes(body.begin(), body.end()), {}});
            busy += code == worker_busy.name() ? 1 : 0;
            wrong += code == crypto::keybag_wrong.name() ? 1 : 0;
        });
    }
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_GE(wrong, 1);
    EXPECT_EQ(busy + wrong, 3);
}

}  // namespace
}  // namespace entrepot::node
