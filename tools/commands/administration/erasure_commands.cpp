#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

std::string counted(std::uint64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// DATABASE/RECORD.
Outcome<json> wanted_record(const Arguments& arguments) {
    const std::string text = arguments.text("RECORD");
    const auto slash = text.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
        return Error{usage_wrong, "name the record as DATABASE/ID, such as suspects/" +
                                      (text.empty() ? std::string("ID") : text)};
    }
    return json{{"database", text.substr(0, slash)},
                {"record", text.substr(slash + 1)},
                {"compartment", arguments.text("compartment")},
                {"path", arguments.text("path")},
                {"reason", arguments.text("reason")}};
}

std::vector<std::string> describe_erasure(const json& plan) {
    const auto changes = plan.value("changes", json::array());
    std::vector<std::string> out{
        (plan.value("whole", true) ? "erases record " : "erases a part of record ") +
        text_member(plan, "record") + " in \"" + text_member(plan, "name") + "\""};
    out.push_back(counted(changes.size(), "change") + " and " +
                  counted(plan.value("attachments", std::uint64_t{0}), "attachment") +
                  ", on every node, for good");
    for (const json& change : changes) {
        out.push_back("  " + text_member(change, "at") + "  log " +
                      text_member(change, "log").substr(0, 8) + "  commit " +
                      std::to_string(change.value("number", std::uint64_t{0})) + "  change " +
                      std::to_string(change.value("change", 0)) +
                      (change.value("counts", true) ? "" : "  (does not count)"));
    }
    for (const json& path : plan.value("beside", json::array())) {
        out.push_back("set by the same change, and written again: " + path.get<std::string>());
    }
    for (const json& path : plan.value("in_conflict", json::array())) {
        out.push_back("set by the same change, in conflict and NOT written again: " +
                      path.get<std::string>() + "; settle it first: entrepot resolve");
    }
    if (const auto left = plan.value("left_out", std::uint64_t{0}); left > 0) {
        out.push_back(counted(left, "change") + " more: order again once this is applied");
    }
    if (const auto lost = plan.value("unreachable", std::uint64_t{0}); lost > 0) {
        out.push_back(counted(lost, "change") +
                      " on branches that do not count cannot be named: another record's "
                      "change has the same place");
    }
    return out;
}

Outcome<int> write_order(const Invocation& invocation, const json& order) {
    TRY_ASSIGN(const json answer, keep_draft(invocation, order, "erasure.draft"));
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    const std::string to = text_member(answer, "draft");
    for (const std::string& line : describe_erasure(answer)) {
        invocation.console.note(line);
    }
    invocation.console.line(to);
    invocation.console.note("An erasure is ordered by the root keys; nothing is erased yet. " +
                            carry_to_holders(to));
    return 0;
}

Outcome<int> erase(const Invocation& invocation) {
    TRY_ASSIGN(json body, wanted_record(invocation.arguments));
    const bool is_preview = invocation.arguments.has("preview");
    body["preview"] = is_preview;
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json answer, headquarters.worker({"POST", "/administration/erasures"}, body));
    TRY(headquarters.close());
    if (!is_preview) {
        return write_order(invocation, answer);
    }
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    for (const std::string& line : describe_erasure(answer)) {
        invocation.console.line(line);
    }
    return 0;
}

void print_order(Console& console, const json& order) {
    const auto nodes = order.value("nodes", json::array());
    console.line("entry " + std::to_string(order.value("entry", std::uint64_t{0})) + "  " +
                 text_member(order, "at") + "  " +
                 counted(order.value("changes", std::uint64_t{0}), "change") + ", " +
                 counted(order.value("records", std::uint64_t{0}), "record") +
                 (order.value("whole", false) ? "" : " in part") + ": " +
                 text_member(order, "reason"));
    console.line("  receipted by " + std::to_string(order.value("receipted", std::size_t{0})) +
                 " of " + counted(nodes.size(), "node"));
    for (const json& node : nodes) {
        const std::string name = text_member(node, "name");
        console.line(std::string(node.value("receipted", false) ? "  done     " : "  not yet  ") +
                     text_member(node, "kind") + " " + (name.empty() ? "" : "\"" + name + "\" ") +
                     text_member(node, "node"));
    }
}

Outcome<int> print_orders(const Invocation& invocation, const std::string& path) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json answer, headquarters.worker({"GET", path}));
    TRY(headquarters.close());
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    for (const json& order : answer.value("orders", json::array())) {
        print_order(invocation.console, order);
    }
    if (answer.value("orders", json::array()).empty()) {
        invocation.console.note("nothing was ordered erased");
    }
    return 0;
}

Outcome<int> erasures(const Invocation& invocation) {
    return print_orders(invocation, "/administration/erasures");
}

Outcome<int> partner_erasures(const Invocation& invocation) {
    return print_orders(
        invocation,
        "/partners/" + node::percent_encode(invocation.arguments.text("COUNTRY")) + "/erasures");
}

}  // namespace

void add_erasure_commands(CommandTable& table) {
    const Option headquarters{"--headquarters", "HQ_DIR", "headquarters' node (or --node)"};
    table.push_back({"administration erase",
                     "draft a legal order to erase a record, or a field of it, on every node",
                     {{"RECORD", "DATABASE/ID", "such as suspects/q3fk…", true},
                      {"--reason", "TEXT", "legal basis, shown to every node: no names", true},
                      {"--path", "PATH", "only changes of this field, such as addresses/1"},
                      {"--compartment", "NAME", "when several compartments hold such an id"},
                      {"--preview", "", "only tells what would go"},
                      headquarters,
                      {"-o,--output", "FILE", "draft to write (erasure.draft)"}},
                     erase});
    table.push_back({"administration erasures",
                     "list orders to erase, and which nodes have signed that nothing is left",
                     {headquarters},
                     erasures});
    table.push_back({"partner erasures",
                     "list what a partner was ordered to erase, and whether it has signed that "
                     "nothing is left",
                     {{"COUNTRY", "CC", "the partner's country", true}, headquarters},
                     partner_erasures});
}

}  // namespace entrepot::tools
