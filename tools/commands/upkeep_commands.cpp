#include <nlohmann/json.hpp>

#include "node/access/log_rebuild.hpp"
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

/// Whether a failure is one that saving a damaged log mends.
bool is_log_damage(const Failure& failure) {
    return failure.code == node::store_damaged.name() || failure.code == node::row_broken.name();
}

/// Commits that do not verify: a view that differs was made anew already.
bool has_damaged_commits(const json& verdict) {
    for (const json& problem : verdict.value("problems", json::array())) {
        if (text_member(problem, "what").starts_with("commit ")) {
            return true;
        }
    }
    return false;
}

Outcome<void> save_log(const Invocation& invocation, const std::filesystem::path& path) {
    TRY_ASSIGN(const auto directory, node::NodeDirectory::open(path));
    invocation.console.note("the log is damaged: saving what can be read of it");
    TRY_ASSIGN(const auto credential, credential_of(invocation, "this node"));
    TRY_ASSIGN(const auto saved,
               node::rebuild_log(directory, invocation.arguments.text("officer"), credential));
    invocation.console.note("saved " + std::to_string(saved.commits) + " commits and " +
                            std::to_string(saved.roster_entries) + " roster entries; " +
                            std::to_string(saved.left_out) +
                            " could not be used; the damaged log is kept as log.damaged");
    invocation.console.note("synchronise now: what is missing comes back from peers");
    return {};
}

Outcome<json> ask_verdict(const Invocation& invocation, const std::filesystem::path& directory) {
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {directory}));
    TRY_ASSIGN(json verdict, node.worker({"POST", "/verify"},
                                         {{"rebuild", invocation.arguments.has("rebuild")}}));
    TRY(node.close());
    return verdict;
}

Outcome<int> verify(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    auto asked = ask_verdict(invocation, directory);
    const bool damaged = asked ? has_damaged_commits(*asked) : is_log_damage(asked.error());
    if (damaged && invocation.arguments.has("rebuild")) {
        TRY(save_log(invocation, directory));
        asked = ask_verdict(invocation, directory);
    }
    TRY_ASSIGN(const json verdict, std::move(asked));
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
                     {{"--rebuild", "",
                       "make the views anew from the log, and a damaged log from "
                       "what it still holds"}},
                     verify});
    table.push_back({"generate",
                     "invented records, one JSON object a line, the same for the same seed",
                     {{"--seed", "N", "(1)"},
                      {"--count", "N", "how many (10)"},
                      {"--database", "NAME", "seizures, suspects or companies (seizures)"}},
                     generate});
}

}  // namespace entrepot::tools
