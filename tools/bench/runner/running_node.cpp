#include "tools/bench/runner/running_node.hpp"

#include <poll.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace entrepot::bench {
namespace {

using nlohmann::json;

constexpr std::chrono::minutes longest_wait{10};

node::HttpClientOptions socket_of(const std::filesystem::path& directory, const char* name) {
    node::HttpClientOptions out;
    out.socket = directory / name;
    out.timeout = longest_wait;
    return out;
}

}  // namespace

RunningNode::RunningNode(std::filesystem::path directory, ChildProcess process)
    : directory_(std::move(directory)),
      process_(std::move(process)),
      link_(socket_of(directory_, "link.sock")),
      worker_(socket_of(directory_, "worker.sock")) {}

Result<RunningNode> RunningNode::start(const Workshop& workshop, const RunWish& wish) {
    std::vector<std::string> words{workshop.program, "node", "run", wish.directory.string(),
                                   "--service-key",  workshop.service_key.string()};
    if (!wish.listen.empty()) {
        words.insert(words.end(), {"--listen", wish.listen});
    }
    if (!wish.peer.empty()) {
        words.insert(words.end(), {"--peer", wish.peer});
    }
    TRY_ASSIGN(auto process, ChildProcess::start(words, wish.directory.string() + ".out"));
    RunningNode out(wish.directory, std::move(process));
    Status opened = wait_until("a node to open", 10, [&out] { return out.is_open(); });
    if (!opened) {
        return std::move(opened).error();
    }
    return out;
}

Result<bool> RunningNode::is_open() {
    const bool has_ended = usage_of(process_.id()).peak_rss_mb == 0;
    if (has_ended) {
        TRY(process_.wait());
        return Error{process_failed, "a node ended at its start"};
    }
    const auto held = standing();
    return held && held->value("unlocked", false) &&
           held->value("position", 0) == held->value("log_position", 0);
}

Result<json> RunningNode::link(const std::string& method, const std::string& path) {
    return ask(link_, method, path, nullptr);
}

Result<json> RunningNode::worker(const std::string& method, const std::string& path,
                                 const json& body) {
    return ask(worker_, method, path, body);
}

Result<json> RunningNode::standing() { return ask(worker_, "GET", "/standing", nullptr); }

node::HttpClient RunningNode::worker_client() const {
    return node::HttpClient(socket_of(directory_, "worker.sock"));
}

void RunningNode::pause() const { process_.signal(SIGSTOP); }

void RunningNode::resume() const { process_.signal(SIGCONT); }

Status RunningNode::stop() {
    TRY(link("POST", "/stop"));
    TRY(process_.wait());
    return {};
}

Result<json> ask(node::HttpClient& client, const std::string& method, const std::string& path,
                 const json& body) {
    node::ApiCall call{method, path, {}, {}};
    if (!body.is_null()) {
        const std::string text = body.dump();
        call.body.assign(text.begin(), text.end());
    }
    TRY_ASSIGN(const auto answer, client.request(call));
    if (const auto error = answer.error()) {
        return Error{node_answered, method + " " + path + ": " + error->code + ": " +
                                        error->detail};
    }
    json out = json::parse(as_text(answer.body), nullptr, false);
    if (out.is_discarded()) {
        return Error{node_answered, method + " " + path + ": the answer is no JSON"};
    }
    return out;
}

Status wait_until(const std::string& what, int pause_ms,
                  const std::function<Result<bool>()>& holds) {
    const auto until = std::chrono::steady_clock::now() + longest_wait;
    while (true) {
        TRY_ASSIGN(const bool done, holds());
        if (done) {
            return {};
        }
        if (std::chrono::steady_clock::now() > until) {
            return Error{node_late, "waited ten minutes for " + what};
        }
        ::poll(nullptr, 0, pause_ms);
    }
}

}  // namespace entrepot::bench
