#include "node/worker/work_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>

#include "node/api/http_client.hpp"
#include "node/api/problem.hpp"
#include "tests/support/eventually.hpp"
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
        if (thread_.joinable()) {
            end_run();
        }
    }
    /// The worker ends with its link.
    void end_run() {
        link_.reset();
        thread_.join();
    }
    /// Runs this in the worker's thread, and waits until it has.
    void in_loop(const std::function<void()>& task) {
        auto ran = std::make_shared<std::promise<void>>();
        loop_->waker().post([&task, ran] {
            task();
            ran->set_value();
        });
        ran->get_future().wait();
    }
    void add_officer() {
        crypto::SystemEntropy entropy;
        const auto directory = *NodeDirectory::open(folder_.path() / "n");
        const Vault vault = Vault::create(crypto::BoxKey::generate(entropy), "Ann", entropy);
        ASSERT_THAT(add_slot(directory, vault, as_bytes("correct horse"), entropy), IsOk());
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

TEST_F(LockedWorker, SaysWhyTheLinkCouldNotOpenTheStore) {
    add_officer();
    const std::string body = R"({"officer": "Ann", "passphrase": "correct horse"})";
    for (const ErrorCode& why : {store_disk_full, store_damaged}) {
        auto code = std::async(std::launch::async, [&] {
            return code_of({"POST", "/unlock", Bytes(body.begin(), body.end()), {}});
        });
        const auto asked = link_->receive_one(patience);
        ASSERT_TRUE(asked && *asked && std::holds_alternative<OpenStore>(*decode_message(**asked)));
        const Failed failed{{}, std::string(why.name()), "why"};
        ASSERT_THAT(link_->send(encode_message(failed)), IsOk());
        if (code.wait_for(patience) != std::future_status::ready) {
            end_run();
            loop_.reset();
            FAIL() << "who unlocks is not answered";
        }
        EXPECT_EQ(code.get(), why.name()) << "and may try again";
    }
}

TEST_F(LockedWorker, TakesOneUnlockAtATime) {
    add_officer();
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

TEST_F(LockedWorker, ReadsAsideUpToEightAtOnceAndRefusesTheNinth) {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::vector<std::future<bool>> answers;
    std::promise<Result<nlohmann::json>> ninth;
    const auto read = [&] {
        auto answer = std::make_shared<std::promise<bool>>();
        answers.push_back(answer->get_future());
        loop_->read_aside(
            [released] {
                released.wait();
                return Result<nlohmann::json>(1);
            },
            [answer](Result<nlohmann::json> out) { answer->set_value(out.has_value()); });
    };
    in_loop([&] {
        for (unsigned i = 0; i < readers_most; ++i) {
            read();
        }
        loop_->read_aside([] { return Result<nlohmann::json>(2); },
                          [&](Result<nlohmann::json> out) { ninth.set_value(std::move(out)); });
    });
    EXPECT_THAT(ninth.get_future().get(), HasCode(worker_crowded));
    release.set_value();
    for (auto& answer : answers) {
        EXPECT_TRUE(answer.get());
    }
    answers.clear();
    in_loop(read);
    EXPECT_TRUE(answers.front().get()) << "places are free again";
}

TEST_F(LockedWorker, LetsGoOfWhatWasReadOnceItIsAnswered) {
    auto view = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = view;
    auto answered = std::make_shared<std::promise<void>>();
    in_loop([&] {
        loop_->read_aside([view = std::move(view)] { return Result<nlohmann::json>(*view); },
                          [answered](Result<nlohmann::json>) { answered->set_value(); });
    });
    answered->get_future().wait();
    EXPECT_TRUE(watched.expired());
}

TEST(Crowded, IsUnavailableForTheMoment) {
    EXPECT_EQ(problem_response(Error{worker_crowded, "8 searches"}).status, 503U);
}

TEST_F(LockedWorker, EndsAfterThoseWhoRead) {
    std::promise<void> release;
    std::atomic<bool> read{false}, ended{false};
    in_loop([&] {
        loop_->read_aside(
            [&, released = release.get_future().share()] {
                released.wait();
                read = true;
                return Result<nlohmann::json>(1);
            },
            [&](Result<nlohmann::json>) { EXPECT_FALSE(ended); });
    });
    end_run();
    std::thread ender([&] {
        loop_.reset();
        ended = true;
    });
    EXPECT_FALSE(ended);
    release.set_value();
    ender.join();
    EXPECT_TRUE(read);
}

}  // namespace
}  // namespace entrepot::node
