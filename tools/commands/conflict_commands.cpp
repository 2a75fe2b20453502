#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/record_text.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

Outcome<int> conflicts(const Invocation& invocation) {
    TRY_ASSIGN(const auto limit, invocation.arguments.number("limit", 100, 1'000'000));
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {path}));
    json body{{"limit", limit}};
    if (invocation.arguments.has("DATABASE")) {
        body["database"] = invocation.arguments.text("DATABASE");
    }
    TRY_ASSIGN(const json found, node.worker({"POST", "/conflicts"}, body));
    const json records = found.value("records", json::array());
    for (const json& record : records) {
        if (invocation.console.json()) {
            invocation.console.object(record);
            continue;
        }
        invocation.console.line(text_member(record, "database") + "  " + text_member(record, "id"));
        print_conflicts(invocation.console, record);
        invocation.console.line("  token " + text_member(record, "token"));
    }
    invocation.console.note(std::to_string(found.value("total", records.size())) +
                            " records with conflicts");
    TRY(node.close());
    return 0;
}

Outcome<json> resolve_body(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    json body{{"path", arguments.text("PATH")}, {"token", arguments.text("token")}};
    if (arguments.has("take") == arguments.has("value")) {
        return Error{usage_wrong, "give one of --take N and --value VALUE"};
    }
    if (!arguments.has("token")) {
        return Error{usage_token,
                     "resolving needs --token: 'entrepot conflicts' prints it, so that "
                     "what came meanwhile is not lost"};
    }
    if (arguments.has("take")) {
        TRY_ASSIGN(const auto take, arguments.number("take", 0, 1'000'000));
        body["take"] = take;
    } else {
        TRY_ASSIGN(const auto text, word_or_line(invocation.console, arguments.text("value")));
        body["value"] = value_of_text(text);
    }
    if (arguments.has("compartment")) {
        body["compartment"] = arguments.text("compartment");
    }
    return body;
}

Outcome<int> resolve(const Invocation& invocation) {
    TRY_ASSIGN(const json body, resolve_body(invocation));
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {path}));
    const std::string id = node::percent_encode(invocation.arguments.text("ID"));
    TRY_ASSIGN(const json answer, node.worker({"POST", "/records/" + id + "/resolve"}, body));
    TRY(node.close());
    invocation.console.json()
        ? invocation.console.object(answer)
        : invocation.console.line("resolved; token " + text_member(answer, "token"));
    return 0;
}

}  // namespace

void add_conflict_commands(CommandTable& table) {
    table.push_back({"conflicts",
                     "fields with several values that nobody has decided on",
                     {{"DATABASE", "NAME", "only of this database"},
                      {"--limit", "N", "at most so many records (100)"}},
                     conflicts});
    table.push_back({"resolve",
                     "decide a conflict: take one of its values, or give another",
                     {{"ID", "ID", "the record", true},
                      {"PATH", "PATH", "the field, as 'conflicts' shows it", true},
                      {"--take", "N", "number of the value in the list shown"},
                      {"--value", "VALUE", "another value; '-' reads it"},
                      {"--token", "TOKEN", "of what was shown"},
                      {"--compartment", "NAME", "when several compartments hold such an id"}},
                     resolve});
}

}  // namespace entrepot::tools
