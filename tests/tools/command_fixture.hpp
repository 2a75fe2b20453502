// CommandFixture: runs commands in this process, on a node that is a folder and, when a test says
// what it answers, two sockets: the test plays link and worker.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "node/access/node_directory.hpp"
#include "node/api/problem.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tools/commands/program.hpp"

namespace entrepot::tools {

struct Ended {
    int code = 0;
    std::string out, err;
    nlohmann::json json() const { return nlohmann::json::parse(out); }
};

class CommandFixture : public ::testing::Test {
protected:
    using Answer = node::HttpResponse;

    std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }
    std::string path(const std::string& name) const { return at(name).string(); }

    void write(const std::string& name, const std::string& text) const {
        ASSERT_TRUE(node::write_file(at(name), as_bytes(text)).has_value());
    }

    /// From now on a node runs at "node" and gives these answers, by "POST /search".
    void play_node(std::map<std::string, Answer> answers) {
        if (!std::filesystem::exists(at("node"))) {
            ASSERT_TRUE(node::NodeDirectory::create(at("node")).has_value());
        }
        answers.emplace("GET /status", node::HttpResponse::json(R"({"opened": true})"));
        answers.emplace("GET /standing", node::HttpResponse::json(R"({"unlocked": true})"));
        {
            const std::lock_guard lock(mutex_);
            answers_ = std::move(answers);
        }
        if (!link_) {
            link_ = listen("link.sock");
            worker_ = listen("worker.sock");
        }
    }
    /// What was sent with the last request of that method and path.
    nlohmann::json sent(const std::string& call) {
        const std::lock_guard lock(mutex_);
        return nlohmann::json::parse(sent_.at(call));
    }
    bool was_asked(const std::string& call) {
        const std::lock_guard lock(mutex_);
        return sent_.count(call) != 0;
    }
    /// What came with the last request of that method and path beside its body.
    std::map<std::string, std::string> query(const std::string& call) {
        const std::lock_guard lock(mutex_);
        return requests_.at(call).query;
    }
    std::string authorization(const std::string& call) {
        const std::lock_guard lock(mutex_);
        return std::string(requests_.at(call).header("authorization"));
    }

    Ended run(const std::vector<std::string>& words, const std::string& input = "") {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        ConsoleStreams streams{in, out, err};
        streams.out_is_terminal = out_is_terminal_;
        if (out_is_full_) {
            out.setstate(std::ios::badbit);
        }
        Console console(streams);
        const int code = run_program(all_commands(), words, console, surroundings_);
        return {code, out.str(), err.str()};
    }

    TemporaryFolder folder_;
    Surroundings surroundings_{"/nonexistent/entrepot", path("node"), "", ""};
    bool out_is_terminal_ = false;
    bool out_is_full_ = false;

private:
    std::unique_ptr<node::HttpServer> listen(const std::string& socket) {
        node::HttpServerOptions options;
        options.socket = at("node") / socket;
        auto started = node::HttpServer::start(
            std::move(options), [this](node::HttpRequest request, node::Responder responder) {
                responder.respond(answer(request));
            });
        return std::move(started).value();
    }
    Answer answer(const node::HttpRequest& request) {
        const std::string call = request.method + " " + request.path;
        const std::lock_guard lock(mutex_);
        sent_[call] = std::string(as_text(request.body));
        requests_[call] = request;
        const auto found = answers_.find(call);
        return found == answers_.end() ? node::problem_response(Error{node::api_no_route, call})
                                       : found->second;
    }

    std::mutex mutex_;
    std::map<std::string, Answer> answers_;
    std::map<std::string, std::string> sent_;
    std::map<std::string, node::HttpRequest> requests_;
    std::unique_ptr<node::HttpServer> link_, worker_;
};

inline node::HttpResponse answers(const nlohmann::json& body) {
    return node::HttpResponse::json(body.dump());
}

}  // namespace entrepot::tools
