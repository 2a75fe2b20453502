#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/databases/json_text.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

Outcome<json> ask(const Invocation& invocation, const NodeCall& call,
                  const std::optional<json>& body = std::nullopt) {
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(auto connection, NodeConnection::open(invocation, {path}));
    auto answer = body ? connection.worker(call, *body) : connection.worker(call);
    TRY(connection.close());
    return answer;
}

json wish_of(const Arguments& arguments) {
    return {{"record", arguments.text("RECORD")},
            {"compartment", arguments.text("compartment")},
            {"partner", arguments.text("to")},
            {"basis", arguments.text("basis")},
            {"handling", arguments.text("handling")},
            {"until", arguments.text("until")},
            {"purpose", arguments.text("purpose")},
            {"added", arguments.all("add")},
            {"cleared", arguments.all("clear")}};
}

std::string shown(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

Outcome<int> preview(const Invocation& invocation) {
    TRY_ASSIGN(const json answer,
               ask(invocation, {"POST", "/releases/preview"}, wish_of(invocation.arguments)));
    Console& console = invocation.console;
    if (console.json()) {
        console.object(answer);
        return 0;
    }
    console.line("leaves:");
    for (const json& value : answer.value("copy", json::array())) {
        console.line("  " + text_member(value, "path") + "  " + shown(value.at("value")));
    }
    console.line("stays, or leaves otherwise:");
    for (const json& line : answer.value("lines", json::array())) {
        if (text_member(line, "fate") != "whole") {
            console.line("  " + text_member(line, "path") + "  " + text_member(line, "fate") +
                         " (" + text_member(line, "why") + ")");
        }
    }
    if (answer.value("needs_second_officer", false)) {
        console.note("A second release officer has to approve this.");
    }
    return 0;
}

Outcome<int> print_release(const Invocation& invocation, const json& answer) {
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    invocation.console.line(text_member(answer, "release") + "  " + text_member(answer, "state") +
                            "  copy " + text_member(answer, "copy"));
    if (answer.value("needs_second_officer", false)) {
        invocation.console.note("Another release officer decides: entrepot release approve " +
                                text_member(answer, "release"));
    }
    return 0;
}

Outcome<int> propose(const Invocation& invocation) {
    TRY_ASSIGN(const json answer,
               ask(invocation, {"POST", "/releases"}, wish_of(invocation.arguments)));
    return print_release(invocation, answer);
}

Outcome<int> decide(const Invocation& invocation, bool is_approved) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(
        const json answer,
        ask(invocation,
            {"POST", "/releases/" + node::percent_encode(arguments.text("RELEASE")) + "/decision"},
            json{{"approve", is_approved}, {"note", arguments.text("note")}}));
    return print_release(invocation, answer);
}

Outcome<int> approve(const Invocation& invocation) {
    return decide(invocation, true);
}

Outcome<int> refuse(const Invocation& invocation) {
    return decide(invocation, false);
}

Outcome<int> list(const Invocation& invocation) {
    TRY_ASSIGN(const json answer, ask(invocation, {"GET", "/releases"}));
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    for (const json& one : answer.value("releases", json::array())) {
        invocation.console.line(text_member(one, "release") + "  " + text_member(one, "partner") +
                                "  " + text_member(one, "state") + "  " +
                                text_member(one, "database") + "  until " +
                                text_member(one, "until") + "  by " +
                                text_member(one, "proposed_by"));
    }
    return 0;
}

Outcome<int> recall(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(
        const json answer,
        ask(invocation,
            {"POST", "/releases/" + node::percent_encode(arguments.text("RELEASE")) + "/recall"},
            json{{"reason", arguments.text("reason")}, {"deadline", arguments.text("by")}}));
    TRY_ASSIGN(const Bytes bytes, crypto::from_base64(text_member(answer, "draft")));
    TRY_ASSIGN(const auto draft, node::EntryDraft::decode(bytes));
    return write_new_draft(invocation, draft, "output", "recall.draft");
}

Outcome<int> message(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(
        const json answer,
        ask(invocation,
            {"POST", "/partners/" + node::percent_encode(arguments.text("COUNTRY")) + "/messages"},
            json{{"kind", arguments.text("kind", "free")},
                 {"about", arguments.text("about")},
                 {"answers", arguments.text("answers")},
                 {"text", arguments.text("TEXT")},
                 {"deadline", arguments.text("by")}}));
    invocation.console.json() ? invocation.console.object(answer)
                              : invocation.console.line(text_member(answer, "message"));
    return 0;
}

}  // namespace

void add_release_commands(CommandTable& table) {
    const std::vector<Option> wish{
        {"RECORD", "ID", "record to make a copy of", true},
        {"--compartment", "NAME", "where the record stands, if that is not clear"},
        {"--to", "CC", "partner country"},
        {"--basis", "TEXT", "legal basis; the partner reads it"},
        {"--handling", "CODE", "handling code of the copy: H0 to H3"},
        {"--until", "DATE", "last day on which the copy may be used"},
        {"--add", "PATH", "nominal value that leaves too; a second officer approves", false, true},
        {"--clear", "PATH", "free text that you have read, photo that you looked at", false, true},
        {"--purpose", "TEXT", "why; kept here"}};
    const Option which{"RELEASE", "ID", "as 'release list' shows it", true};
    const Option note{"--note", "TEXT", "why; kept here"};
    table.push_back({"release preview", "what of a record would leave, and what not and why", wish,
                     preview});
    table.push_back({"release propose",
                     "release a copy of a record to a partner, or propose it to a second officer",
                     wish, propose});
    table.push_back({"release approve", "approve what another officer proposed: it leaves",
                     {which, note}, approve});
    table.push_back({"release refuse", "refuse a proposed release", {which, note}, refuse});
    table.push_back({"release list", "what was released, to whom, and how far it has come", {},
                     list});
    table.push_back({"release recall",
                     "ask a partner to erase a copy, and draft the order for the root keys",
                     {which,
                      {"--reason", "TEXT", "the partner reads it"},
                      {"--by", "DATE", "until when"},
                      {"-o,--output", "FILE", "draft to write (recall.draft)"}},
                     recall});
    table.push_back({"partner message", "write to a partner's headquarters",
                     {{"COUNTRY", "CC", "the partner's country", true},
                      {"TEXT", "TEXT", "what to say", true},
                      {"--kind", "KIND", "free, warning, feedback or request (free)"},
                      {"--about", "ID", "record that both know"},
                      {"--answers", "ID", "message that it answers"},
                      {"--by", "DATE", "until when an answer is wanted"}},
                     message});
}

}  // namespace entrepot::tools
