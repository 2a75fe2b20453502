#include "tools/commands/node_connection.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// Bytes of no text, which a file name may have, are spelled.
constexpr auto replaced = json::error_handler_t::replace;
constexpr auto start_within = 60s;
constexpr auto request_within = 30min;  // a check of a whole log, an import's last rows

node::HttpClient client_of(const std::filesystem::path& socket) {
    node::HttpClientOptions options;
    options.socket = socket;
    options.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(request_within);
    return node::HttpClient(options);
}

Outcome<Bytes> ask_bytes(node::HttpClient& client, const NodeCall& call, ByteView body,
                         const std::string& token = {}) {
    node::ApiCall request;
    request.method = call.method;
    request.path = call.path;
    request.body.assign(body.begin(), body.end());
    if (!token.empty()) {
        request.headers["Authorization"] = "Bearer " + token;
    }
    TRY_ASSIGN(node::ApiAnswer answer, client.request(request));
    if (const auto error = answer.error()) {
        return Failure(*error);
    }
    return std::move(answer.body);
}

Outcome<json> ask_json(node::HttpClient& client, const NodeCall& call, ByteView body,
                       const std::string& token = {}) {
    TRY_ASSIGN(const Bytes answer, ask_bytes(client, call, body, token));
    TRY_ASSIGN(json out, node::parse_json(as_text(answer), "answer to " + call.path, node_answer));
    return out;
}

bool is_nobody(const Failure& failure) {
    return failure.code == node::api_no_node.name();
}

/// Nobody there yet, or another command's node that is just ending: to be asked again.
bool may_pass(const Failure& failure) {
    return failure.kind == ErrorKind::unavailable;
}

/// Asks until `ready` of an answer; errors that do not pass by themselves end it at once.
template <class Ready>
Outcome<json> ask_until(node::HttpClient& client, const NodeCall& call,
                        const std::unique_ptr<TemporaryNode>& temporary, Ready ready) {
    const auto until = std::chrono::steady_clock::now() + start_within;
    while (true) {
        auto answer = ask_json(client, call, {});
        if (answer ? ready(*answer) : !may_pass(answer.error())) {
            return answer;
        }
        if (temporary) {
            TRY(temporary->check());
        }
        if (std::chrono::steady_clock::now() > until) {
            return Error{node_not_started, "the node does not answer within a minute"};
        }
        pause_briefly();
    }
}

}  // namespace

Outcome<std::filesystem::path> node_of(const Invocation& invocation) {
    const std::string path = invocation.arguments.text("node", invocation.surroundings.node);
    if (path.empty()) {
        return Error{usage_no_node, "which node? give --node DIR or set ENTREPOT_NODE"};
    }
    return std::filesystem::path(path);
}

std::string service_key_of(const Invocation& invocation) {
    return invocation.arguments.text("service-key", invocation.surroundings.service_key);
}

Outcome<node::Credential> credential_of(const Invocation& invocation, std::string_view what_for) {
    node::Credential out;
    out.service_key = service_key_of(invocation);
    if (out.service_key.empty()) {
        TRY_ASSIGN(out.passphrase, read_passphrase(invocation, what_for));
    }
    return out;
}

Outcome<NodeConnection> NodeConnection::open(const Invocation& invocation,
                                             const ConnectionWish& wish) {
    TRY_ASSIGN(const auto directory, node::NodeDirectory::open(wish.node));
    NodeConnection out(client_of(directory.link_socket()), client_of(directory.worker_socket()));
    TRY(out.reach_link(invocation, wish));
    if (wish.worker) {
        TRY(out.reach_worker(invocation));
    }
    return out;
}

/// A temporary node serves the command that started it alone: others wait until it has gone.
Outcome<void> NodeConnection::reach_link(const Invocation& invocation, const ConnectionWish& wish) {
    const auto until = std::chrono::steady_clock::now() + start_within;
    while (std::chrono::steady_clock::now() < until) {
        const auto status = link({"GET", "/status"});
        if (status && !status.value().value("temporary", false)) {
            return {};
        }
        if (!status && (!may_pass(status.error()) || !wish.may_start)) {
            return status.error();
        }
        if (!status && is_nobody(status.error())) {
            TRY(start_temporary(invocation, wish));
        }
        if (temporary_) {
            return {};
        }
        pause_briefly();
    }
    return Error{node_not_started, "another command uses the node, and does not end"};
}

/// Leaves no temporary node, and no error, when another process has the node by now.
Outcome<void> NodeConnection::start_temporary(const Invocation& invocation,
                                              const ConnectionWish& wish) {
    TRY_ASSIGN(auto started, TemporaryNode::start({invocation.surroundings.program, wish.node,
                                                   service_key_of(invocation), wish.peers}));
    temporary_ = std::make_unique<TemporaryNode>(std::move(started));
    const auto is_ours = [&](const json& status) {
        return status.value("pid", 0) == temporary_->process();
    };
    const auto answered = ask_until(link_, {"GET", "/status"}, temporary_, is_ours);
    if (answered) {
        return {};
    }
    temporary_.reset();
    if (answered.error().code == node::directory_in_use.name()) {
        return {};
    }
    return answered.error();
}

Outcome<void> NodeConnection::reach_worker(const Invocation& invocation) {
    if (temporary_) {
        TRY(link({"POST", "/worker"}));
        const bool by_itself = !service_key_of(invocation).empty();
        TRY(ask_until(worker_, {"GET", "/standing"}, temporary_, [&](const json& standing) {
            return !by_itself || standing.value("unlocked", false);
        }));
        if (!by_itself) {
            TRY(unlock(invocation));
        }
        return {};
    }
    const auto standing = worker({"GET", "/standing"});
    if (!standing && !is_nobody(standing.error())) {
        return standing.error();
    }
    if (!standing || !standing.value().value("unlocked", false)) {
        return Error{node_locked, "the node is locked; 'entrepot unlock --officer NAME' opens it"};
    }
    return sign_in_for_this(invocation, node::text_member(standing.value(), "officer"));
}

Outcome<void> NodeConnection::start_worker() {
    TRY(link({"POST", "/worker"}));
    TRY(ask_until(worker_, {"GET", "/standing"}, temporary_, [](const json&) { return true; }));
    return {};
}

Outcome<void> NodeConnection::sign_in_for_this(const Invocation& invocation,
                                               const std::string& signed_in) {
    const std::string officer = invocation.arguments.text("officer");
    if (officer.empty() || officer == signed_in) {
        return {};
    }
    TRY_ASSIGN(const json answer, unlock(invocation));
    token_ = node::text_member(answer, "token");
    return {};
}

Outcome<json> NodeConnection::unlock(const Invocation& invocation) {
    TRY_ASSIGN(const auto passphrase, read_passphrase(invocation, "this node"));
    const json body{{"officer", invocation.arguments.text("officer")},
                    {"passphrase", std::string(as_text(passphrase.view()))}};
    return worker({"POST", "/unlock"}, body);
}

NodeConnection::~NodeConnection() {
    if (temporary_ || !token_.empty()) {
        static_cast<void>(close());  // the error that made us leave early is the one to report
    }
}

Outcome<json> NodeConnection::link(const NodeCall& call) {
    return ask_json(link_, call, {});
}

Outcome<json> NodeConnection::link(const NodeCall& call, const json& body) {
    return ask_json(link_, call, as_bytes(body.dump(-1, ' ', false, replaced)));
}

Outcome<json> NodeConnection::link_bytes(const NodeCall& call, ByteView body) {
    return ask_json(link_, call, body);
}

Outcome<Bytes> NodeConnection::link_file(const NodeCall& call) {
    return ask_bytes(link_, call, {});
}

Outcome<json> NodeConnection::worker(const NodeCall& call) {
    return ask_json(worker_, call, {}, token_);
}

Outcome<json> NodeConnection::worker(const NodeCall& call, const json& body) {
    return ask_json(worker_, call, as_bytes(body.dump(-1, ' ', false, replaced)), token_);
}

Outcome<json> NodeConnection::worker_bytes(const NodeCall& call, ByteView body) {
    return ask_json(worker_, call, body, token_);
}

Outcome<Bytes> NodeConnection::worker_file(const NodeCall& call) {
    return ask_bytes(worker_, call, {}, token_);
}

Outcome<void> NodeConnection::close() {
    if (!token_.empty()) {
        TRY(worker({"POST", "/sign-out"}));
        token_.clear();
    }
    if (!temporary_) {
        return {};
    }
    auto told = link({"POST", "/stop"});
    auto ended = told || is_nobody(told.error()) ? temporary_->wait_for_end() : Outcome<void>();
    temporary_.reset();
    if (!told && !is_nobody(told.error())) {
        return std::move(told).error();
    }
    return ended;
}

}  // namespace entrepot::tools
