#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

constexpr const char* usual_reason = "retention period over";

void print_records(Console& console, const json& records) {
    for (const json& record : records) {
        const std::string reference = text_member(record, "reference");
        console.line(text_member(record, "database") + "/" + text_member(record, "record") +
                     (reference.empty() ? "" : "  " + reference) + "  \"" +
                     text_member(record, "name") + "\"  " + text_member(record, "why"));
    }
}

Outcome<int> write_order(const Invocation& invocation, const json& order) {
    TRY_ASSIGN(const json answer, keep_draft(invocation, order, "retention.draft"));
    const std::string to = text_member(answer, "draft");
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    print_records(invocation.console, answer.value("due", json::array()));
    invocation.console.line(to);
    invocation.console.note("This drafts the erasure of the first " +
                            std::to_string(answer.value("ordered", std::size_t{0})) +
                            " of them; nothing is erased yet. " + carry_to_holders(to));
    if (const auto later = answer.value("later", std::size_t{0}); later > 0) {
        invocation.console.note(std::to_string(later) +
                                " more are due: sweep again once this is applied");
    }
    return 0;
}

Outcome<int> sweep(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (arguments.has("preview") == arguments.has("order")) {
        return Error{usage_wrong, "say --preview, to see what is due, or --order, to draft"};
    }
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json answer,
               headquarters.worker({"POST", "/administration/retention"},
                                   {{"database", arguments.text("database")},
                                    {"order", arguments.has("order")},
                                    {"reason", arguments.text("reason", usual_reason)}}));
    TRY(headquarters.close());
    if (arguments.has("order")) {
        return write_order(invocation, answer);
    }
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    print_records(invocation.console, answer.value("due", json::array()));
    print_records(invocation.console, answer.value("held", json::array()));
    invocation.console.note(std::to_string(answer.value("due", json::array()).size()) +
                            " records are due, " +
                            std::to_string(answer.value("held", json::array()).size()) +
                            " more are kept by a legal hold");
    return 0;
}

}  // namespace

void add_retention_commands(CommandTable& table) {
    table.push_back({"retention sweep",
                     "records whose review date has passed: list them, or draft their erasure",
                     {{"--preview", "", "only lists, with what a legal hold keeps"},
                      {"--order", "", "drafts the order to erase those that nothing keeps"},
                      {"--database", "NAME", "only of this one, such as suspects"},
                      {"--reason", "TEXT", "shown to every node (retention period over)"},
                      {"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"-o,--output", "FILE", "draft to write (retention.draft)"}},
                     sweep});
}

}  // namespace entrepot::tools
