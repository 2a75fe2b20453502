#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "node/generate/generate.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/status_text.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

void print_verdict(Console& console, const json& verdict) {
    Table counts;
    for (const char* name : {"logs", "commits", "records"}) {
        counts.add({name, verdict.value(name, json(0)).dump()});
    }
    counts.print(console);
    for (const json& problem : verdict.value("problems", json::array())) {
        console.line(text_member(problem, "what") + ": " + text_member(problem, "code") + ": " +
                     text_member(problem, "why"));
    }
}

Outcome<int> verify(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {directory}));
    TRY_ASSIGN(const json verdict, node.worker({"POST", "/verify"},
                                               {{"rebuild", invocation.arguments.has("rebuild")}}));
    TRY(node.close());
    invocation.console.json() ? invocation.console.object(verdict)
                              : print_verdict(invocation.console, verdict);
    const auto problems = verdict.value("problems", json::array()).size();
    invocation.console.note(problems == 0 ? "everything held is right"
                                          : std::to_string(problems) + " problems");
    return problems == 0 ? 0 : exit_code(ErrorKind::refused);
}

Outcome<int> compartments(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {directory}));
    TRY_ASSIGN(const json answer, node.worker({"GET", "/compartments"}));
    TRY(node.close());
    invocation.console.json() ? invocation.console.object(answer)
                              : print_compartments(invocation.console, answer);
    return 0;
}

Outcome<int> generate(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    node::GenerateOptions options;
    TRY_ASSIGN(options.seed, arguments.number("seed", 1, UINT64_MAX));
    TRY_ASSIGN(options.count, arguments.number("count", 10, 100'000'000));
    options.database = arguments.text("database", "seizures");
    TRY(node::generate_documents(options, [&](const json& document) {
        invocation.console.object(document);
        return true;
    }));
    return 0;
}

}  // namespace

void add_upkeep_commands(CommandTable& table) {
    table.push_back(
        {"compartments", "what this node can read and write, and with whom", {}, compartments});
    table.push_back({"verify",
                     "check every commit held, and views against them; ends with 3 on a problem",
                     {{"--rebuild", "", "make the views anew from the log"}},
                     verify});
    table.push_back({"generate",
                     "invented records, one JSON object a line, the same for the same seed",
                     {{"--seed", "N", "(1)"},
                      {"--count", "N", "how many (10)"},
                      {"--database", "NAME", "seizures, suspects or companies (seizures)"}},
                     generate});
}

}  // namespace entrepot::tools
