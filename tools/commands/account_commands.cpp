#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

json text_of(const crypto::Secret& secret) {
    return std::string(as_text(secret.view()));
}

std::string joined(const json& words) {
    std::string out;
    for (const json& word : words) {
        out += (out.empty() ? "" : ", ") + word.get<std::string>();
    }
    return out;
}

void print(const Invocation& invocation, const json& account, const std::string& done) {
    invocation.console.json()
        ? invocation.console.object(account)
        : invocation.console.line(text_member(account, "officer") + " " + done + " (" +
                                  joined(account.value("roles", json::array())) + ")");
}

/// Asks one route with a body, at this node.
Outcome<json> ask(const Invocation& invocation, const std::string& path, const json& body) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    TRY_ASSIGN(auto running, NodeConnection::open(invocation, {directory}));
    TRY_ASSIGN(json answer, running.worker({"POST", path}, body));
    TRY(running.close());
    return answer;
}

json wish_of(const Invocation& invocation) {
    json out{{"officer", invocation.arguments.text("NAME")}};
    if (invocation.arguments.has("role")) {
        out["roles"] = invocation.arguments.all("role");
    }
    return out;
}

/// With a passphrase that is asked for twice, for an account that is new or reset.
Outcome<int> give_passphrase(const Invocation& invocation, const char* route, const char* done) {
    json body = wish_of(invocation);
    TRY_ASSIGN(const auto fresh,
               read_new_passphrase(invocation, invocation.arguments.text("NAME")));
    body["passphrase"] = text_of(fresh);
    TRY_ASSIGN(const json answer, ask(invocation, route, body));
    print(invocation, answer, done);
    return 0;
}

Outcome<int> add(const Invocation& invocation) {
    return give_passphrase(invocation, "/officers", "has an account");
}

Outcome<int> reset(const Invocation& invocation) {
    return give_passphrase(invocation, "/officers/reset", "has another passphrase and another key");
}

Outcome<int> passphrase(const Invocation& invocation) {
    TRY_ASSIGN(const auto old, read_passphrase(invocation, "now"));
    TRY_ASSIGN(const auto fresh, read_new_passphrase(invocation, "from now on"));
    TRY_ASSIGN(const json answer, ask(invocation, "/officers/passphrase",
                                      {{"old", text_of(old)}, {"new", text_of(fresh)}}));
    print(invocation, answer, "has another passphrase");
    return 0;
}

Outcome<int> role(const Invocation& invocation) {
    TRY_ASSIGN(const json answer, ask(invocation, "/officers/roles", wish_of(invocation)));
    print(invocation, answer, "has other roles");
    return 0;
}

Outcome<int> leave(const Invocation& invocation) {
    TRY_ASSIGN(const json answer, ask(invocation, "/officers/leave", wish_of(invocation)));
    print(invocation, answer, "left: certificate ended, slot destroyed");
    invocation.console.note(
        "Who kept a copy of the disk and knows the passphrase still opens that copy; "
        "see 'An officer leaves' in OPERATIONS.md.");
    return 0;
}

Outcome<int> list(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    TRY_ASSIGN(auto running, NodeConnection::open(invocation, {directory}));
    TRY_ASSIGN(const json answer, running.worker({"GET", "/officers"}));
    TRY(running.close());
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    Table table({"officer", "state", "failed", "roles"});
    for (const json& officer : answer.at("officers")) {
        table.add({text_member(officer, "officer"), text_member(officer, "state"),
                   std::to_string(officer.value("failed_tries", 0)),
                   joined(officer.value("roles", json::array()))});
    }
    table.print(invocation.console);
    return 0;
}

Outcome<int> sign_out(const Invocation& invocation) {
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto running, NodeConnection::open(invocation, {path, true, false, {}}));
    TRY_ASSIGN(const json answer, running.worker({"POST", "/sign-out"}, json::object()));
    invocation.console.json() ? invocation.console.object(answer)
                              : invocation.console.line("signed out");
    return 0;
}

}  // namespace

void add_account_commands(CommandTable& table) {
    const Option name{"NAME", "NAME", "the officer's name", true};
    const Option role_of{"--role", "ROLE",
                         "entry, supervisor, analyst, release, administrator or auditor; may be "
                         "given several times",
                         false, true};
    Option role_needed = role_of;
    role_needed.required = true;
    const Option fresh{"--new-passphrase-file", "FILE",
                       "the new passphrase in the first line of a file; else it is asked for"};
    table.push_back({"officer add",
                     "make an account with a role and a passphrase",
                     {name, role_needed, fresh},
                     add});
    table.push_back({"officer list", "officers of this node, those who left too", {}, list});
    table.push_back({"officer passphrase", "change your own passphrase", {fresh}, passphrase});
    table.push_back({"officer reset",
                     "give an officer another passphrase and key, when his is lost",
                     {name, role_of, fresh},
                     reset});
    table.push_back(
        {"officer role", "give an officer these roles in place of his", {name, role_needed}, role});
    table.push_back({"officer leave", "end an officer's account", {name}, leave});
    table.push_back({"sign-out", "end your sign-in; the last one locks the node", {}, sign_out});
}

}  // namespace entrepot::tools
