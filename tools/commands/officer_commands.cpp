#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;

Outcome<int> unlock(const Invocation& invocation) {
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto running, NodeConnection::open(invocation, {path, false, false, {}}));
    TRY(running.start_worker());
    TRY_ASSIGN(const auto passphrase,
               read_passphrase(invocation, invocation.arguments.text("officer", "this node")));
    const json body{{"officer", invocation.arguments.text("officer")},
                    {"passphrase", std::string(as_text(passphrase.view()))}};
    TRY_ASSIGN(const json answer, running.worker({"POST", "/unlock"}, body));
    invocation.console.json()
        ? invocation.console.object(answer)
        : invocation.console.line("unlocked by " + node::text_member(answer, "officer"));
    return 0;
}

Outcome<int> lock(const Invocation& invocation) {
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto running, NodeConnection::open(invocation, {path, false, false, {}}));
    TRY_ASSIGN(const json answer, running.link({"POST", "/lock"}));
    invocation.console.json() ? invocation.console.object(answer)
                              : invocation.console.line("locked; the node goes on relaying");
    return 0;
}

}  // namespace

void add_officer_commands(CommandTable& table) {
    table.push_back({"unlock", "sign an officer (--officer) in at the running node", {}, unlock});
    table.push_back({"lock", "end the sign-in and forget every key of records", {}, lock});
}

}  // namespace entrepot::tools
