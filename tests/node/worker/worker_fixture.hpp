// WorkerFixture: a node that was just made (not enrolled), its link and its worker as threads of
// the test, the worker's clock in the test's hand.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "node/access/installation.hpp"
#include "node/api/http_client.hpp"
#include "node/link/open_node.hpp"
#include "node/worker/work_loop.hpp"
#include "tests/node/moved_clock.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {

inline const std::string chiefs_passphrase = "gulls over kingston harbour";

class WorkerFixture : public testing::Test {
protected:
    using json = nlohmann::json;

    /// The chief has a passphrase, or (cheaper) the node is unattended and acts as him.
    explicit WorkerFixture(bool unattended) : unattended_(unattended) {
        Credential credential;
        if (unattended) {
            credential.service_key = key_file();
        } else {
            credential.passphrase = crypto::Secret::copy_of(as_bytes(chiefs_passphrase));
        }
        crypto::SystemEntropy entropy;
        EXPECT_THAT(install_node(node(), {{replication::NodeKind::unit, "Airport", "JM"}, "Chief"},
                                 credential, clock_, entropy),
                    IsOk());
        start();
    }
    ~WorkerFixture() override { stop(); }

    void start() {
        auto ends = *FrameChannel::pair();
        ending_ = false;
        ended_ = false;
        link_ = std::thread([this, end = std::make_shared<FrameChannel>(std::move(ends.first))] {
            run_link(*end);
        });
        WorkerOptions options;
        options.node = node();
        options.channel = ends.second;
        options.clock = &clock_;
        if (unattended_) {
            options.service_key = key_file();
        }
        loop_ = *WorkLoop::start(options);
        worker_ = std::thread([this] {
            EXPECT_THAT(loop_->run(), IsOk());
            ended_ = true;
        });
        while (unattended_ && !ask("GET", "/standing").value("unlocked", false)) {
            std::this_thread::yield();
        }
    }
    /// The worker ends with its link.
    void stop() {
        ending_ = true;
        if (link_.joinable()) {
            link_.join();
            worker_.join();
        }
        loop_.reset();
    }

    std::filesystem::path node() const { return folder_.path() / "node"; }
    std::filesystem::path key_file() const { return folder_.path() / "service.key"; }

    ApiAnswer answer(const std::string& method, const std::string& path, const json& body = nullptr,
                     const std::string& token = "") {
        HttpClient client({node() / "worker.sock"});
        ApiCall call{method, path, {}, {}};
        if (!body.is_null()) {
            const std::string text = body.dump();
            call.body.assign(text.begin(), text.end());
        }
        if (!token.empty()) {
            call.headers["Authorization"] = "Bearer " + token;
        }
        auto out = client.request(call);
        EXPECT_THAT(out, IsOk());
        return out ? *std::move(out) : ApiAnswer{};
    }
    /// The answer's body; of an error {"code", …}.
    json ask(const std::string& method, const std::string& path, const json& body = nullptr,
             const std::string& token = "") {
        json out = json::parse(as_text(answer(method, path, body, token).body), nullptr, false);
        return out.is_object() ? out : json::object();
    }
    std::string code(const std::string& method, const std::string& path, const json& body = nullptr,
                     const std::string& token = "") {
        return ask(method, path, body, token).value("code", "");
    }
    json unlock(const std::string& officer, const std::string& passphrase) {
        return ask("POST", "/unlock", {{"officer", officer}, {"passphrase", passphrase}});
    }
    static std::string passphrase_of(const std::string& officer) {
        return "purple tractor " + officer + " umbrella";
    }
    /// Makes an account; the chief acts, who is unattended, while nobody is signed in.
    void account(const std::string& officer, const json& roles) {
        const json made =
            ask("POST", "/officers",
                {{"officer", officer}, {"roles", roles}, {"passphrase", passphrase_of(officer)}});
        EXPECT_EQ(made.value("officer", ""), officer) << made;
    }
    /// The token of his sign-in.
    std::string signed_in(const std::string& officer) {
        const json answer = unlock(officer, passphrase_of(officer));
        EXPECT_EQ(answer.value("officer", ""), officer) << answer;
        return answer.value("token", "");
    }

    TemporaryFolder folder_;
    MovedClock clock_;
    std::atomic<bool> ended_{false};

private:
    void run_link(FrameChannel& channel) {
        std::unique_ptr<OpenNode> open;
        const auto say = [&](const ChannelMessage& message) {
            static_cast<void>(channel.queue(encode_message(message)));
        };
        while (!ending_) {
            const auto frame = channel.receive_one(std::chrono::milliseconds(20));
            if (!frame) {
                return;  // the worker ended by itself
            }
            auto message = *frame ? decode_message(**frame) : Result<ChannelMessage>(Moved{});
            if (auto* store = message ? std::get_if<OpenStore>(&*message) : nullptr) {
                auto opened = OpenNode::open(node() / "log", std::move(store->link_key), {},
                                             system_clock_, say);
                EXPECT_THAT(opened, IsOk());
                open = std::move(opened).value();
                say(Opened{});
            }
        }
    }

    bool unattended_;
    SystemClock system_clock_;
    std::atomic<bool> ending_{false};
    std::unique_ptr<WorkLoop> loop_;
    std::thread link_, worker_;
};

}  // namespace entrepot::node
