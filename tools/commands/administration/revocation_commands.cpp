#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/access/node_directory.hpp"
#include "node/databases/json_text.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "tools/commands/administration/compare_code.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

json words_of(const Arguments& arguments, const std::string& name) {
    json out = json::array();
    for (const std::string& word : arguments.all(name)) {
        out.push_back(word);
    }
    return out;
}

std::vector<std::string> describe_revocation(const json& plan, const std::string& verb) {
    std::vector<std::string> out{verb + " " + text_member(plan, "kind") + " \"" +
                                 text_member(plan, "name") + "\", node " +
                                 text_member(plan, "node")};
    out.push_back("nobody exchanges anything with it any more; live connections end at once");
    for (const std::string& line : describe_cuts(plan)) {
        out.push_back(line);
    }
    for (const json& each : plan.value("renewed", json::array())) {
        out.push_back("new key for \"" + text_member(each, "name") + "\", held by " +
                      std::to_string(each.value("nodes", 0)) + " other nodes");
    }
    out.push_back("what it holds already stays readable to whoever opens it");
    return out;
}

/// A revocation that root keys sign: written as a draft.
Outcome<int> write_draft(const Invocation& invocation, const json& plan) {
    TRY_ASSIGN(const json answer, keep_draft(invocation, plan, "revocation.draft"));
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    const std::string to = text_member(answer, "draft");
    invocation.console.line(to);
    invocation.console.note("A headquarters is revoked by the root keys; nothing is revoked yet. " +
                            carry_to_holders(to));
    return 0;
}

Outcome<int> revoke(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    json body{
        {"node", arguments.text("NODE")}, {"cuts", words_of(arguments, "cut")}, {"preview", true}};
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json plan, headquarters.worker({"POST", "/administration/revocations"}, body));
    TRY(confirm(invocation, describe_revocation(plan, "revokes"), "Revoke it?"));
    body = {{"node", text_member(plan, "node")}, {"cuts", shown_cuts(plan)}};
    TRY_ASSIGN(const json done, headquarters.worker({"POST", "/administration/revocations"}, body));
    TRY(headquarters.close());
    if (done.contains("draft")) {
        return write_draft(invocation, done);
    }
    if (invocation.console.json()) {
        invocation.console.object(done);
        return 0;
    }
    invocation.console.line("revoked " + text_member(done, "node"));
    return 0;
}

Outcome<int> replace(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const Bytes request, read_request(arguments.text("REQUEST")));
    TRY_ASSIGN(const auto read, replication::decode_request(request, SystemClock().wall()));
    TRY(compare_code(invocation, read.wish.unit_name, replication::request_code(request)));
    json body{{"node", arguments.text("NODE")},
              {"request", crypto::to_base64(request)},
              {"cuts", words_of(arguments, "cut")},
              {"preview", true}};
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json plan, headquarters.worker({"POST", "/administration/replace"}, body));
    TRY(confirm(invocation, describe_revocation(plan, "replaces, and revokes,"), "Replace it?"));
    body["node"] = text_member(plan, "node");
    body["cuts"] = shown_cuts(plan);
    body["preview"] = false;
    TRY_ASSIGN(json done, headquarters.worker({"POST", "/administration/replace"}, body));
    TRY(headquarters.close());
    TRY_ASSIGN(const Bytes join, crypto::from_base64(text_member(done, "join")));
    const std::string to = arguments.text("output", arguments.text("REQUEST") + ".join");
    TRY(node::write_file(to, join));
    done["join"] = to;
    if (invocation.console.json()) {
        invocation.console.object(done);
        return 0;
    }
    invocation.console.line(to);
    invocation.console.note("Take this join file to the new node: entrepot node join DIR " + to +
                            " --root WORDS; it gets the unit's records from headquarters.");
    return 0;
}

Outcome<int> numbers(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    json body{{"node", arguments.text("NODE")}};
    if (arguments.has("count")) {
        TRY_ASSIGN(const auto count, arguments.number("count", 0, 1'000'000));
        body["count"] = count;
    }
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json done, headquarters.worker({"POST", "/administration/numbers"}, body));
    TRY(headquarters.close());
    if (invocation.console.json()) {
        invocation.console.object(done);
        return 0;
    }
    const auto first = done.value("first", std::uint64_t{0});
    const auto count = done.value("count", std::uint64_t{0});
    invocation.console.line("numbers " + std::to_string(first) + " to " +
                            std::to_string(first + count - 1) + " for node " +
                            text_member(done, "node"));
    return 0;
}

}  // namespace

void add_revocation_commands(CommandTable& table) {
    const Option which{"NODE", "NODE", "unit's name, or first characters of the node's id", true};
    const Option headquarters{"--headquarters", "HQ_DIR", "headquarters' node (or --node)"};
    const Option cut{"--cut", "LOG:NUMBER", "last commit of a log that counts (all held)", false,
                     true};
    const Option yes{"--yes", "", "does not ask"};
    table.push_back({"administration revoke",
                     "end a node's certificate; its logs count up to what headquarters holds",
                     {which,
                      headquarters,
                      cut,
                      yes,
                      {"-o,--output", "FILE", "draft to write, for a headquarters"}},
                     revoke});
    table.push_back({"administration replace",
                     "enrol a new node in place of a lost one, and revoke that",
                     {which,
                      {"REQUEST", "FILE", "request of the new node: file or text", true},
                      headquarters,
                      cut,
                      yes,
                      {"--code", "WORDS", "the code that the installer reads out ('-' reads it)"},
                      {"-o,--output", "FILE", "join file to write (REQUEST.join)"}},
                     replace});
    table.push_back({"administration numbers",
                     "give a node a further block of reference numbers",
                     {which, headquarters, {"--count", "N", "how many (2000)"}},
                     numbers});
}

}  // namespace entrepot::tools
