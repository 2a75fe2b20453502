#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "crypto/words.hpp"
#include "node/access/administration.hpp"
#include "node/databases/json_text.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/administration/compare_code.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::AdministrationDirectory;
using node::text_member;

inline constexpr ErrorCode enrol_headquarters{"enrol.headquarters", ErrorKind::invalid_input};

/// What seals each key: files in order, else one credential for all, else a question for each.
Outcome<std::vector<node::Credential>> fresh_credentials(const Invocation& invocation,
                                                         unsigned roots) {
    std::vector<node::Credential> out;
    for (const std::string& file : invocation.arguments.all("key-passphrase-file")) {
        TRY_ASSIGN(auto passphrase, read_passphrase_file(file));
        out.push_back({std::move(passphrase), {}});
    }
    if (!out.empty()) {
        return out;
    }
    const std::string service_key = service_key_of(invocation);
    if (!service_key.empty() || has_passphrase(invocation)) {
        node::Credential one{{}, service_key};
        if (service_key.empty()) {
            TRY_ASSIGN(one.passphrase,
                       read_passphrase(invocation, "all keys", PassphraseUse::fresh));
        }
        out.push_back(std::move(one));
        return out;
    }
    for (unsigned number = 1; number <= roots + 1; ++number) {
        const std::string whose =
            number > roots ? "the recovery key" : "root key " + std::to_string(number);
        TRY_ASSIGN(auto passphrase, read_passphrase(invocation, whose, PassphraseUse::fresh));
        out.push_back({std::move(passphrase), {}});
    }
    return out;
}

Outcome<int> create(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    node::AdministrationWish wish{arguments.text("country"), arguments.text("name")};
    TRY_ASSIGN(const auto roots, arguments.number("roots", 3, 16));
    TRY_ASSIGN(const auto threshold, arguments.number("threshold", 2, 16));
    wish.roots = static_cast<unsigned>(roots);
    wish.threshold = static_cast<unsigned>(threshold);
    TRY_ASSIGN(const auto credentials, fresh_credentials(invocation, wish.roots));
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto made,
               AdministrationDirectory::create(arguments.text("DIR"), wish, credentials,
                                               SystemClock(), entropy));
    const auto fingerprint = crypto::eight_words(made.roster().root_fingerprint());
    if (invocation.console.json()) {
        invocation.console.object({{"fingerprint", fingerprint},
                                   {"country", wish.country},
                                   {"roots", wish.roots},
                                   {"threshold", wish.threshold},
                                   {"roster", made.roster_file().string()}});
        return 0;
    }
    invocation.console.line(fingerprint);
    invocation.console.note("This is the root fingerprint of " + wish.name +
                            ": give these words to every installer, on paper or by telephone.");
    if (credentials.size() == 1 && wish.roots > 1) {
        invocation.console.note("All keys have one passphrase; give each holder's file another: "
                                "entrepot administration passphrase " +
                                made.root_key(2).string());
    }
    invocation.console.note("Keep " + arguments.text("DIR") + " off line, and a copy elsewhere.");
    return 0;
}

struct Enrolled {
    Bytes join;
    std::string node;
};

/// A running headquarters, when named, has the newest roster.
Outcome<AdministrationDirectory> open_administration(const Invocation& invocation,
                                                     NodeConnection* headquarters) {
    TRY_ASSIGN(auto administration,
               AdministrationDirectory::open(invocation.arguments.text("DIR")));
    if (headquarters != nullptr) {
        TRY_ASSIGN(const Bytes roster, headquarters->worker_file({"GET", "/roster/file"}));
        TRY(administration.follow(roster));
    }
    return administration;
}

/// By the root keys here; a running headquarters, when named, gets the roster.
Outcome<Enrolled> enrol_headquarters_node(const Invocation& invocation,
                                          const replication::EnrolmentRequest& request,
                                          NodeConnection* headquarters) {
    TRY_ASSIGN(auto administration, open_administration(invocation, headquarters));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the root keys"));
    crypto::SystemEntropy entropy;
    TRY(administration.certify(request, credential, SystemClock(), entropy));
    const auto& roster = administration.roster();
    if (headquarters != nullptr) {
        TRY(headquarters->worker_bytes({"POST", "/roster/file"},
                                       replication::export_roster(roster)));
    }
    TRY_ASSIGN(Bytes join, replication::make_join(roster, request.identity.id(), entropy));
    return Enrolled{std::move(join), to_base32(request.identity.id().view())};
}

/// For root keys that lie with holders elsewhere.
Outcome<int> draft_headquarters(const Invocation& invocation,
                                const replication::EnrolmentRequest& request,
                                NodeConnection* headquarters) {
    TRY_ASSIGN(const auto administration, open_administration(invocation, headquarters));
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto draft,
               administration.draft_certificate(request, SystemClock(), entropy));
    return write_new_draft(invocation, draft, "draft", "");
}

/// By headquarters' roster key; the copy of the roster beside the root keys follows.
Outcome<Enrolled> enrol_unit_node(const Invocation& invocation, ByteView request,
                                  NodeConnection& headquarters) {
    json body{{"request", crypto::to_base64(request)}};
    if (invocation.arguments.has("unit")) {
        body["unit"] = invocation.arguments.text("unit");
    }
    TRY_ASSIGN(const json answer, headquarters.worker({"POST", "/administration/enrol"}, body));
    TRY_ASSIGN(Bytes join, crypto::from_base64(text_member(answer, "join")));
    auto administration = AdministrationDirectory::open(invocation.arguments.text("DIR"));
    const auto roster = headquarters.worker_file({"GET", "/roster/file"});
    if (!administration || !roster || !administration->follow(roster.value())) {
        invocation.console.note("note: the roster in " + invocation.arguments.text("DIR") +
                                " was not brought up to date; it is at headquarters");
    }
    return Enrolled{std::move(join), text_member(answer, "node")};
}

Outcome<int> enrol(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const Bytes file, read_request(arguments.text("REQUEST")));
    TRY_ASSIGN(const auto request, replication::decode_request(file, SystemClock().wall()));
    const bool root_signs = request.wish.kind == replication::NodeKind::headquarters;
    if (!root_signs && !arguments.has("headquarters")) {
        return Error{enrol_headquarters,
                     "a unit or relay is enrolled by its headquarters: add "
                     "--headquarters DIR"};
    }
    const std::string code = replication::request_code(file);
    TRY(compare_code(invocation, request.wish.unit_name, code));
    std::optional<NodeConnection> headquarters;
    if (arguments.has("headquarters")) {
        TRY_ASSIGN(auto opened, NodeConnection::open(invocation, {arguments.text("headquarters")}));
        headquarters.emplace(std::move(opened));
    }
    if (root_signs && arguments.has("draft")) {
        return draft_headquarters(invocation, request, headquarters ? &*headquarters : nullptr);
    }
    auto enrolled = root_signs ? enrol_headquarters_node(invocation, request,
                                                         headquarters ? &*headquarters : nullptr)
                               : enrol_unit_node(invocation, file, *headquarters);
    TRY(enrolled);
    const std::string to = arguments.text("output", arguments.text("REQUEST") + ".join");
    TRY(node::write_file(to, enrolled->join));
    if (headquarters) {
        TRY(headquarters->close());
    }
    if (invocation.console.json()) {
        invocation.console.object({{"join", to},
                                   {"node", enrolled->node},
                                   {"unit", request.wish.unit_name},
                                   {"code", code}});
        return 0;
    }
    invocation.console.line(to);
    invocation.console.note("Enrolled \"" + request.wish.unit_name +
                            "\"; take this join file to it: entrepot node join DIR " + to +
                            " --root WORDS");
    return 0;
}

Outcome<json> members_of(const Arguments& arguments) {
    json out = json::array();
    for (const std::string& member : arguments.all("member")) {
        const auto colon = member.rfind(':');
        const std::string right = colon == std::string::npos ? "" : member.substr(colon + 1);
        if (right != "read" && right != "write" && right != "relay") {
            return Error{usage_wrong, "--member takes UNIT:read, UNIT:write or UNIT:relay, not '" +
                                          member + "'"};
        }
        out.push_back({{"unit", member.substr(0, colon)}, {"right", right}});
    }
    return out;
}

Outcome<int> add_compartment(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const json members, members_of(arguments));
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    json body{{"name", arguments.text("name")}, {"members", members}};
    if (arguments.has("ID")) {
        body["again"] = arguments.text("ID");
    } else {
        body["database"] = arguments.text("database");
    }
    TRY_ASSIGN(const json answer,
               headquarters.worker({"POST", "/administration/compartments"}, body));
    TRY(headquarters.close());
    invocation.console.json() ? invocation.console.object(answer)
                              : invocation.console.line(text_member(answer, "id"));
    return 0;
}

std::vector<std::string> describe_withdrawal(const json& plan, const std::string& unit) {
    std::vector<std::string> out{"\"" + unit + "\" loses its right to \"" +
                                 text_member(plan, "name") + "\""};
    for (const std::string& line : describe_cuts(plan)) {
        out.push_back(line);
    }
    if (plan.value("new_key", false)) {
        out.emplace_back("new key for the compartment, held by the others");
    }
    return out;
}

/// A right taken away: shown first.
Outcome<void> confirm_withdrawal(const Invocation& invocation, NodeConnection& headquarters,
                                 json& body) {
    body["cuts"] = json::array();
    for (const std::string& cut : invocation.arguments.all("cut")) {
        body["cuts"].push_back(cut);
    }
    json asked = body;
    asked["preview"] = true;
    TRY_ASSIGN(const json plan, headquarters.worker({"POST", "/administration/grants"}, asked));
    body["cuts"] = shown_cuts(plan);
    return confirm(invocation, describe_withdrawal(plan, text_member(body, "unit")),
                   "Withdraw it?");
}

Outcome<int> grant(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    json body{{"compartment", arguments.text("compartment")},
              {"unit", arguments.text("unit")},
              {"right", arguments.text("right")}};
    if (arguments.text("right") == "none") {
        TRY(confirm_withdrawal(invocation, headquarters, body));
    }
    TRY_ASSIGN(const json answer, headquarters.worker({"POST", "/administration/grants"}, body));
    TRY(headquarters.close());
    if (invocation.console.json()) {
        invocation.console.object(answer);
    }
    return 0;
}

}  // namespace

void add_administration_commands(CommandTable& table) {
    table.push_back({"administration create",
                     "make an administration: root keys, recovery key and its roster",
                     {{"DIR", "DIR", "directory to make, kept off line", true},
                      {"--country", "CC", "ISO 3166 code, such as JM", true},
                      {"--name", "TEXT", "such as \"Jamaica Customs Agency\"", true},
                      {"--roots", "N", "root keys to make (3)"},
                      {"--threshold", "K", "root keys that must sign (2)"},
                      {"--key-passphrase-file", "FILE",
                       "one for each root key in order, then one for the recovery key", false,
                       true}},
                     create});
    table.push_back({"administration enrol",
                     "answer a node's request with a join file",
                     {{"DIR", "DIR", "directory with the root keys", true},
                      {"REQUEST", "FILE", "request of the new node: file, or text of a QR code",
                       true},
                      {"--headquarters", "HQ_DIR", "headquarters' node: enrols units and relays"},
                      {"--unit", "NAME", "a unit that is there: enrols a further node of it"},
                      {"--draft", "FILE",
                       "for a headquarters: a draft for the holders of root keys to sign"},
                      {"--code", "WORDS", "the code that the installer reads out ('-' reads it)"},
                      {"-o,--output", "FILE", "join file to write (REQUEST.join)"}},
                     enrol});
    table.push_back({"administration compartment add",
                     "make a compartment that several units share",
                     {{"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"--database", "NAME", "such as seizures", true},
                      {"--name", "TEXT", "such as \"Joint operation X\"", true},
                      {"--member", "UNIT:RIGHT", "right: read, write or relay", false, true}},
                     add_compartment});
    table.push_back({"administration compartment again",
                     "make a compartment again that only a losing branch of the roster made",
                     {{"ID", "ID", "of the compartment: 'settle-roster' tells it", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"--name", "TEXT", "where its name is taken by now, or cannot be read"},
                      {"--member", "UNIT:RIGHT", "right: read, write or relay", false, true}},
                     add_compartment});
    table.push_back({"administration grant",
                     "give a unit a right to a compartment, or take it away",
                     {{"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"--compartment", "NAME", "name or id", true},
                      {"--unit", "UNIT", "name or id", true},
                      {"--right", "RIGHT", "read, write or relay; none takes it away", true},
                      {"--cut", "LOG:NUMBER", "with none: last commit that counts (all held)",
                       false, true},
                      {"--yes", "", "with none: does not ask"}},
                     grant});
}

}  // namespace entrepot::tools
