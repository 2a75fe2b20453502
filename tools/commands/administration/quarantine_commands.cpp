#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/groups.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

void print_log(Console& console, const json& log) {
    const auto count = log.value("commits", json::array()).size();
    console.line(text_member(log, "log") + "  \"" + text_member(log, "unit") + "\" in \"" +
                 text_member(log, "name") + "\", node " + text_member(log, "node"));
    console.line("  " + text_member(log, "why") + "; counts up to commit " +
                 std::to_string(log.value("cut", std::uint64_t{0})) + ", " +
                 std::to_string(count) + (count == 1 ? " commit" : " commits") + " after it");
    for (const json& commit : log.value("commits", json::array())) {
        console.line("  " + std::to_string(commit.value("number", std::uint64_t{0})) + "  " +
                     text_member(commit, "hash").substr(0, 16) + "  " +
                     (commit.value("admissible", false) ? "can be admitted"
                                                        : "one before it is missing"));
    }
}

Outcome<int> quarantine(const Invocation& invocation) {
    TRY_ASSIGN(const auto node, node_of(invocation));
    TRY_ASSIGN(auto connection, NodeConnection::open(invocation, {node}));
    TRY_ASSIGN(const json answer, connection.worker({"GET", "/quarantine"}));
    TRY(connection.close());
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    for (const json& log : answer.value("logs", json::array())) {
        print_log(invocation.console, log);
    }
    for (const json& each : answer.value("contents", json::array())) {
        invocation.console.line(text_member(each, "log") + "  commit " +
                                std::to_string(each.value("number", std::uint64_t{0})) +
                                ": content not merged: " + text_member(each, "why") + " (" +
                                text_member(each, "code") + ")");
    }
    if (answer.value("logs", json::array()).empty()) {
        invocation.console.note("no commits in quarantine");
    }
    return 0;
}

Outcome<int> admit(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const auto to, arguments.number("to", 0, ~std::uint64_t{0} >> 1));
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY(confirm(invocation,
                {"commits of log " + arguments.text("LOG") + " up to " + std::to_string(to) +
                 " will count, for every node and for good"},
                "Admit them?"));
    TRY_ASSIGN(const json done, headquarters.worker({"POST", "/administration/admissions"},
                                                    {{"log", arguments.text("LOG")}, {"to", to}}));
    TRY(headquarters.close());
    if (invocation.console.json()) {
        invocation.console.object(done);
        return 0;
    }
    invocation.console.line("log " + text_member(done, "log") + " counts up to commit " +
                            std::to_string(to));
    return 0;
}

}  // namespace

void add_quarantine_commands(CommandTable& table) {
    table.push_back({"quarantine",
                     "list commits that came after their log was cut, and do not count",
                     {},
                     quarantine});
    table.push_back({"administration admit",
                     "move the cut of a log forward, so that later commits count",
                     {{"LOG", "LOG", "first characters of the log's id", true},
                      {"--to", "NUMBER", "last commit that counts", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"--yes", "", "does not ask"}},
                     admit});
}

}  // namespace entrepot::tools
