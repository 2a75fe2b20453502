#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "crypto/words.hpp"
#include "node/access/administration.hpp"
#include "node/databases/json_text.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::AdministrationDirectory;
using node::text_member;

inline constexpr ErrorCode enrol_code{"enrol.code", ErrorKind::refused};
inline constexpr ErrorCode enrol_headquarters{"enrol.headquarters", ErrorKind::invalid_input};

constexpr std::size_t request_limit = 4096;

Outcome<node::Credential> fresh_credential(const Invocation& invocation) {
    node::Credential out;
    out.service_key = service_key_of(invocation);
    if (out.service_key.empty()) {
        TRY_ASSIGN(out.passphrase,
                   read_passphrase(invocation, "the root keys", PassphraseUse::fresh));
    }
    return out;
}

Outcome<int> create(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    node::AdministrationWish wish{arguments.text("country"), arguments.text("name")};
    TRY_ASSIGN(const auto roots, arguments.number("roots", 1, 16));
    TRY_ASSIGN(const auto threshold, arguments.number("threshold", 1, 16));
    wish.roots = static_cast<unsigned>(roots);
    wish.threshold = static_cast<unsigned>(threshold);
    TRY_ASSIGN(const auto credential, fresh_credential(invocation));
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto made,
               AdministrationDirectory::create(arguments.text("DIR"), wish, credential,
                                               SystemClock(), entropy));
    const auto fingerprint = crypto::eight_words(made.roster().root_fingerprint());
    if (invocation.console.json()) {
        invocation.console.object({{"fingerprint", fingerprint},
                                   {"country", wish.country},
                                   {"roster", made.roster_file().string()}});
        return 0;
    }
    invocation.console.line(fingerprint);
    invocation.console.note("This is the root fingerprint of " + wish.name +
                            ": give these words to every installer, on paper or by telephone.");
    invocation.console.note("Keep " + arguments.text("DIR") + " off line, and a copy elsewhere.");
    return 0;
}

/// Whoever enrols says that the code is the one that the installer reads out.
Outcome<void> compare_code(const Invocation& invocation, const std::string& unit,
                           const std::string& code) {
    if (invocation.arguments.has("code")) {
        TRY_ASSIGN(const auto given,
                   word_or_line(invocation.console, invocation.arguments.text("code")));
        const auto said = crypto::from_words(given, crypto::spoken_bytes);
        if (!said) {
            return Error{said.error().code,
                         "--code takes the eight words read out: " + said.error().context};
        }
        if (crypto::to_words(*said) != code) {
            return Error{enrol_code,
                         "the request's code is " + code + ", not the one given; do not enrol it"};
        }
        return {};
    }
    invocation.console.note("Request of \"" + unit + "\", code  " + code);
    TRY_ASSIGN(const bool same,
               invocation.console.ask("Does the installer read out the same words? (else --code)"));
    if (!same) {
        return Error{enrol_code, "not confirmed; nothing was enrolled"};
    }
    return {};
}

struct Enrolled {
    Bytes join;
    std::string node;
};

/// By the root keys here; a running headquarters, when named, gives and gets the roster.
Outcome<Enrolled> enrol_headquarters_node(const Invocation& invocation,
                                          const replication::EnrolmentRequest& request,
                                          NodeConnection* headquarters) {
    TRY_ASSIGN(auto administration,
               AdministrationDirectory::open(invocation.arguments.text("DIR")));
    if (headquarters != nullptr) {
        TRY_ASSIGN(const Bytes roster, headquarters->worker_file({"GET", "/roster/file"}));
        TRY(administration.follow(roster));
    }
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

/// By headquarters' roster key; the copy of the roster beside the root keys follows.
Outcome<Enrolled> enrol_unit_node(const Invocation& invocation, ByteView request,
                                  NodeConnection& headquarters) {
    TRY_ASSIGN(const json answer, headquarters.worker({"POST", "/administration/enrol"},
                                                      {{"request", crypto::to_base64(request)}}));
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
    TRY_ASSIGN(const Bytes file, node::read_file(arguments.text("REQUEST"), request_limit));
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

Outcome<NodeConnection> open_headquarters(const Invocation& invocation) {
    if (invocation.arguments.has("headquarters")) {
        return NodeConnection::open(invocation, {invocation.arguments.text("headquarters")});
    }
    TRY_ASSIGN(const auto node, node_of(invocation));
    return NodeConnection::open(invocation, {node});
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
    TRY_ASSIGN(const json answer, headquarters.worker({"POST", "/administration/compartments"},
                                                      {{"database", arguments.text("database")},
                                                       {"name", arguments.text("name")},
                                                       {"members", members}}));
    TRY(headquarters.close());
    invocation.console.json() ? invocation.console.object(answer)
                              : invocation.console.line(text_member(answer, "id"));
    return 0;
}

Outcome<int> grant(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json answer,
               headquarters.worker({"POST", "/administration/grants"},
                                   {{"compartment", arguments.text("compartment")},
                                    {"unit", arguments.text("unit")},
                                    {"right", arguments.text("right")}}));
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
                      {"--roots", "N", "root keys to make (1)"},
                      {"--threshold", "K", "root keys that must sign (1)"}},
                     create});
    table.push_back({"administration enrol",
                     "answer a node's request with a join file",
                     {{"DIR", "DIR", "directory with the root keys", true},
                      {"REQUEST", "FILE", "request file of the new node", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node: enrols units and relays"},
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
    table.push_back({"administration grant",
                     "give a unit a right to a compartment",
                     {{"--headquarters", "HQ_DIR", "headquarters' node (or --node)"},
                      {"--compartment", "NAME", "name or id", true},
                      {"--unit", "UNIT", "name or id", true},
                      {"--right", "RIGHT", "read, write or relay", true}},
                     grant});
}

}  // namespace entrepot::tools
