#include "tests/support/node_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

json parsed(const Bytes& body) {
    json out = json::parse(as_text(body), nullptr, false);
    return out.is_discarded() ? json() : out;
}

[[noreturn]] void fail(const std::string& why) {
    throw std::runtime_error(why);
}

}  // namespace

std::filesystem::path NodeProcess::words_file() const {
    return options_.directory.string() + ".words";
}

std::string NodeProcess::last_words() const {
    std::ifstream in(words_file());
    return {std::istreambuf_iterator<char>(in), {}};
}

void NodeProcess::launch() {
    std::vector<std::string> words{options_.program,
                                   "node",
                                   "run",
                                   options_.directory.string(),
                                   "--reserve",
                                   std::to_string(options_.reserve_mib)};
    if (!options_.service_key.empty()) {
        words.insert(words.end(), {"--service-key", options_.service_key.string()});
    }
    if (!options_.listen.empty()) {
        words.insert(words.end(), {"--listen", options_.listen});
    }
    for (const std::string& peer : options_.peers) {
        words.insert(words.end(), {"--peer", peer});
    }
    const int said = ::open(words_file().c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    process_.emplace(ChildProcess::start(words, {-1, said, said}));
    ::close(said);
}

void NodeProcess::start() {
    launch();
    await_unlocked();
}

void NodeProcess::await_unlocked() {
    const auto is_there = [this] {
        const auto link = ask(Socket::link, "GET", "/status");
        const auto worker = ask(Socket::worker, "GET", "/standing");
        return link.is_success() && link.body.value("opened", false) && worker.is_success() &&
               worker.body.value("unlocked", false);
    };
    const bool came = eventually([&] { return !runs() || is_there(); });
    if (!came || !runs()) {
        fail(options_.directory.filename().string() + " does not run: " + last_words() +
             ask(Socket::worker, "GET", "/standing").body.dump());
    }
}

void NodeProcess::kill_link() {
    if (process_) {
        const auto workers = process_->runs() ? children_of(process_->pid()) : std::vector<pid_t>{};
        process_->signal(SIGKILL);
        process_->wait();
        for (const pid_t worker : workers) {
            if (!eventually([&] { return !is_alive(worker); })) {
                fail("the worker outlives its link");
            }
        }
        process_.reset();
    }
}

bool NodeProcess::kill_worker() {
    if (!runs()) {
        return false;
    }
    const auto workers = children_of(process_->pid());
    for (const pid_t worker : workers) {
        ::kill(worker, SIGKILL);
    }
    return !workers.empty();
}

void NodeProcess::stop() {
    if (runs()) {
        post(Socket::link, "/stop");
        if (process_->wait() != 0) {
            fail("the node did not end well: " + last_words());
        }
    }
    process_.reset();
}

Answered NodeProcess::ask(Socket socket, const std::string& method, const std::string& path,
                          const json& body) const {
    HttpClientOptions options;
    options.socket = options_.directory / (socket == Socket::link ? "link.sock" : "worker.sock");
    options.timeout = 2 * patience;
    HttpClient client(options);
    ApiCall call{method, path, {}, {}};
    if (!body.is_null()) {
        const std::string text = body.dump();
        call.body.assign(text.begin(), text.end());
        call.headers["Content-Type"] = "application/json";
    }
    const auto answer = client.request(call);
    if (!answer) {
        return {0, std::string(answer.error().code.name()), answer.error().context};
    }
    const auto problem = answer->error();
    return {answer->status, problem ? problem->code : "", parsed(answer->body)};
}

Answered NodeProcess::send(const std::string& path, ByteView bytes) const {
    HttpClientOptions options;
    options.socket = options_.directory / "worker.sock";
    options.timeout = 2 * patience;
    HttpClient client(options);
    ApiCall call{"POST",
                 path,
                 Bytes(bytes.begin(), bytes.end()),
                 {{"Content-Type", "application/octet-stream"}}};
    const auto answer = client.request(call);
    if (!answer) {
        return {0, std::string(answer.error().code.name()), answer.error().context};
    }
    const auto problem = answer->error();
    return {answer->status, problem ? problem->code : "", parsed(answer->body)};
}

json NodeProcess::get(Socket socket, const std::string& path) const {
    const auto answer = ask(socket, "GET", path);
    if (!answer.is_success()) {
        fail("GET " + path + ": " + answer.code + " " + answer.body.dump());
    }
    return answer.body;
}

json NodeProcess::post(Socket socket, const std::string& path, const json& body) const {
    const auto answer = ask(socket, "POST", path, body);
    if (!answer.is_success()) {
        fail("POST " + path + ": " + answer.code + " " + answer.body.dump());
    }
    return answer.body;
}

std::uint64_t NodeProcess::record_count(const std::string& database) const {
    std::uint64_t out = 0;
    const json now = standing();
    for (const json& count : now.at("counts")) {
        out += count.at("database") == database ? count.at("records").get<std::uint64_t>() : 0;
    }
    return out;
}

bool NodeProcess::is_caught_up() const {
    const auto answer = ask(Socket::worker, "GET", "/standing");
    return answer.is_success() && answer.body.value("unlocked", false) &&
           answer.body.at("position") == answer.body.at("log_position") &&
           answer.body.at("waiting") == 0;
}

bool NodeProcess::is_in_sync() const {
    const auto answer = ask(Socket::link, "GET", "/status");
    if (!answer.is_success() || !answer.body.value("opened", false)) {
        return false;
    }
    for (const json& dial : answer.body.at("dialled")) {
        if (!dial.at("connected").get<bool>()) {
            return false;
        }
    }
    for (const json& peer : answer.body.at("peers")) {
        if (!peer.at("in_sync").get<bool>() || !peer.at("check_answered").get<bool>()) {
            return false;
        }
    }
    return !answer.body.at("peers").empty();
}

Ran NodeProcess::command(std::vector<std::string> words, const Feed& feed) const {
    words.insert(words.begin(), options_.program);
    words.insert(words.end(), {"--node", options_.directory.string()});
    if (!options_.service_key.empty()) {
        words.insert(words.end(), {"--service-key", options_.service_key.string()});
    }
    return run_program(words, feed);
}

}  // namespace entrepot::node
