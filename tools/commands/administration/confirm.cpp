#include "tools/commands/administration/confirm.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"

namespace entrepot::tools {

using nlohmann::json;
using node::text_member;

Outcome<NodeConnection> open_headquarters(const Invocation& invocation) {
    if (invocation.arguments.has("headquarters")) {
        return NodeConnection::open(invocation, {invocation.arguments.text("headquarters")});
    }
    TRY_ASSIGN(const auto node, node_of(invocation));
    return NodeConnection::open(invocation, {node});
}

Outcome<void> confirm(const Invocation& invocation, const std::vector<std::string>& lines,
                      const std::string& question) {
    for (const std::string& line : lines) {
        invocation.console.note(line);
    }
    if (invocation.arguments.has("yes")) {
        return {};
    }
    TRY_ASSIGN(const bool agreed, invocation.console.ask(question + " (else --yes)"));
    if (!agreed) {
        return Error{act_not_confirmed, "not confirmed; nothing was changed"};
    }
    return {};
}

std::vector<std::string> describe_cuts(const json& plan) {
    std::vector<std::string> out;
    for (const json& cut : plan.value("cuts", json::array())) {
        const auto number = cut.value("number", std::uint64_t{0});
        const auto held = cut.value("held", std::uint64_t{0});
        const std::string log = "its log " + text_member(cut, "log").substr(0, 10) + " in \"" +
                                text_member(cut, "name") + "\"";
        out.push_back(number == 0 ? log + " does not count at all"
                                  : log + " counts up to commit " + std::to_string(number) +
                                        (held > number ? " of " + std::to_string(held) + " held"
                                                       : " (all that is held here)"));
    }
    out.push_back("commits that come later are kept aside; see 'entrepot quarantine'");
    return out;
}

json shown_cuts(const json& plan) {
    json out = json::array();
    for (const json& cut : plan.value("cuts", json::array())) {
        out.push_back(text_member(cut, "log") + ":" +
                      std::to_string(cut.value("number", std::uint64_t{0})));
    }
    return out;
}

}  // namespace entrepot::tools
