#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/record_text.hpp"
#include "tools/commands/terminal/progress_bar.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::percent_encode;
using node::text_member;

Outcome<NodeConnection> open(const Invocation& invocation) {
    TRY_ASSIGN(const auto node, node_of(invocation));
    return NodeConnection::open(invocation, {node});
}

/// What is put: a bare document, or what `get --json` gave, with its id and token.
json put_body(const Arguments& arguments, const json& given) {
    const bool enveloped = given.contains("document") && given.at("document").is_object();
    json body{{"document", enveloped ? given.at("document") : given}};
    for (const char* name : {"compartment", "id", "token"}) {
        const std::string in_file = enveloped ? text_member(given, name) : "";
        const std::string value = arguments.text(name, in_file);
        if (!value.empty()) {
            body[name] = value;
        }
    }
    return body;
}

Outcome<std::vector<json>> bodies_of(const Invocation& invocation) {
    const std::string file = invocation.arguments.text("FILE");
    TRY_ASSIGN(const std::string text, read_text(invocation.console, file));
    TRY_ASSIGN(const auto documents, parse_documents(text, file == "-" ? "standard input" : file));
    if (documents.size() > 1 && invocation.arguments.has("id")) {
        return Error{usage_wrong, "--id puts one record, and the file holds " +
                                      std::to_string(documents.size())};
    }
    std::vector<json> out;
    for (const json& document : documents) {
        out.push_back(put_body(invocation.arguments, document));
        if (out.back().contains("id") && !out.back().contains("token")) {
            return Error{usage_token,
                         "changing a record needs --token: 'entrepot get' prints it, so "
                         "that what came meanwhile is not lost"};
        }
    }
    return out;
}

Outcome<int> put(const Invocation& invocation) {
    TRY_ASSIGN(const auto bodies, bodies_of(invocation));
    TRY_ASSIGN(auto node, open(invocation));
    const NodeCall call{"POST",
                        "/records/" + percent_encode(invocation.arguments.text("DATABASE"))};
    ProgressBar bar(invocation.console, bodies.size());
    std::size_t done = 0;
    for (const json& body : bodies) {
        auto answer = node.worker(call, body);
        if (!answer) {
            Failure failure = std::move(answer).error();
            if (bodies.size() > 1) {
                failure.message = "record " + std::to_string(done + 1) + " of " +
                                  std::to_string(bodies.size()) + ": " + failure.message;
            }
            return failure;
        }
        if (invocation.console.json()) {
            invocation.console.object(*answer);
        } else {
            const std::string reference = text_member(*answer, "reference");
            invocation.console.line(text_member(*answer, "id") + "  " + reference +
                                    (reference.empty() ? "token " : "  token ") +
                                    text_member(*answer, "token"));
        }
        bar.show(++done, "records");
    }
    TRY(node.close());
    return 0;
}

/// "ID" or "DATABASE ID", '-' for an id from standard input.
struct RecordChoice {
    std::string database;
    std::string id;
};

Outcome<RecordChoice> choice_of(const Invocation& invocation) {
    const auto words = invocation.arguments.all("ID");
    if (words.size() > 2) {
        return Error{usage_wrong, "one record at a time: [DATABASE] ID"};
    }
    TRY_ASSIGN(const std::string id, word_or_line(invocation.console, words.back()));
    return RecordChoice{words.size() == 2 ? words.front() : "", id};
}

/// Which compartment, and for the audit: what for.
std::string query_part(const Arguments& arguments) {
    std::string out;
    for (const char* name : {"compartment", "purpose", "case"}) {
        if (arguments.has(name)) {
            out += (out.empty() ? "?" : "&") + std::string(name) + "=" +
                   percent_encode(arguments.text(name));
        }
    }
    return out;
}

/// Options of everything that shows records.
void add_reasons(std::vector<Option>& options) {
    options.push_back({"--purpose", "TEXT", "what for: kept in the audit"});
    options.push_back({"--case", "REFERENCE", "of which case: kept in the audit"});
}

Outcome<int> show_history(const Invocation& invocation, NodeConnection& node,
                          const std::string& id) {
    TRY_ASSIGN(const json history,
               node.worker({"GET", "/records/" + percent_encode(id) + "/history" +
                                       query_part(invocation.arguments)}));
    if (!invocation.console.json()) {
        print_history(invocation.console, history);
        return 0;
    }
    for (const json& change : history.value("changes", json::array())) {
        invocation.console.object(change);
    }
    for (json order : history.value("erased", json::array())) {
        order["state"] = "erased";
        invocation.console.object(order);
    }
    return 0;
}

Outcome<int> get(const Invocation& invocation) {
    TRY_ASSIGN(const auto choice, choice_of(invocation));
    TRY_ASSIGN(auto node, open(invocation));
    TRY_ASSIGN(const json record, node.worker({"GET", "/records/" + percent_encode(choice.id) +
                                                          query_part(invocation.arguments)}));
    const std::string database = text_member(record, "database");
    if (!choice.database.empty() && choice.database != database) {
        return Error{usage_wrong, "that record is in " + database + ", not in " + choice.database};
    }
    if (invocation.console.json()) {
        invocation.console.object(record);
    } else {
        print_record(invocation.console, record);
    }
    if (invocation.arguments.has("history")) {
        TRY(show_history(invocation, node, choice.id));
    }
    TRY(node.close());
    return 0;
}

Outcome<int> history(const Invocation& invocation) {
    TRY_ASSIGN(const auto choice, choice_of(invocation));
    TRY_ASSIGN(auto node, open(invocation));
    TRY(show_history(invocation, node, choice.id));
    TRY(node.close());
    return 0;
}

Outcome<std::string> query_of(const Invocation& invocation) {
    std::string out;
    for (const std::string& word : invocation.arguments.all("QUERY")) {
        TRY_ASSIGN(const std::string text, word_or_line(invocation.console, word));
        out += (out.empty() ? "" : " ") + text;
    }
    return out;
}

Outcome<int> list(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const auto limit, arguments.number("limit", 100, 1'000'000));
    TRY_ASSIGN(const auto offset, arguments.number("offset", 0, 1'000'000'000));
    TRY_ASSIGN(const std::string query, query_of(invocation));
    TRY_ASSIGN(auto node, open(invocation));
    TRY_ASSIGN(const json found, node.worker({"POST", "/search" + query_part(arguments)},
                                             {{"database", arguments.text("DATABASE")},
                                              {"query", query},
                                              {"limit", limit},
                                              {"offset", offset}}));
    const json records = found.value("records", json::array());
    if (invocation.console.json()) {
        for (const json& record : records) {
            invocation.console.object(record);
        }
    } else {
        print_listing(invocation.console, records);
    }
    invocation.console.note(std::to_string(records.size()) + " of " +
                            std::to_string(found.value("matched", records.size())) + " records");
    TRY(node.close());
    return 0;
}

std::vector<Option> list_options() {
    std::vector<Option> out{
        {"DATABASE", "NAME", "such as seizures", true},
        {"QUERY", "WORDS", "such as goods.category:cites seized_on:2026-01..2026-03; '-' reads it",
         false, true},
        {"--limit", "N", "at most so many (100)"},
        {"--offset", "N", "leave out the first so many"}};
    add_reasons(out);
    return out;
}

std::vector<Option> one_record() {
    std::vector<Option> out{
        {"ID", "ID", "the record's id, or its database and id; '-' reads the id", true, true},
        {"--compartment", "NAME", "when several compartments hold such an id"}};
    add_reasons(out);
    return out;
}

}  // namespace

void add_record_commands(CommandTable& table) {
    table.push_back({"put",
                     "keep a new record, or change one with --id and --token",
                     {{"DATABASE", "NAME", "such as seizures", true},
                      {"FILE", "FILE", "JSON of one record, or one a line; '-' reads it", true},
                      {"--compartment", "NAME", "where a new record goes (the unit's own)"},
                      {"--id", "ID", "record to change: fields absent from FILE stay, null clears"},
                      {"--token", "TOKEN", "of what was shown, as 'get' printed it"}},
                     put});
    auto get_options = one_record();
    get_options.push_back({"--history", "", "with every change of it"});
    table.push_back({"get", "show a record, its conflicts and its token", get_options, get});
    table.push_back({"list", "records that match a query", list_options(), list});
    table.push_back({"search", "the same as list", list_options(), list});
    table.push_back(
        {"history", "every change of a record: who, where, when", one_record(), history});
}

}  // namespace entrepot::tools
