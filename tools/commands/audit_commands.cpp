#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/audit/auditor_key.hpp"
#include "node/audit/sealed_entry.hpp"
#include "node/databases/json_text.hpp"
#include "node/databases/text/time_text.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

inline constexpr ErrorCode audit_heads_file{"audit.heads_file", ErrorKind::invalid_input};

constexpr std::size_t heads_limit = std::size_t{16} << 20;
constexpr int refused = 3;

Outcome<NodeConnection> open_node(const Invocation& invocation) {
    TRY_ASSIGN(const auto node, node_of(invocation));
    return NodeConnection::open(invocation, {node});
}

Outcome<std::vector<crypto::BoxKey>> open_keys(const Invocation& invocation) {
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the auditor's key"));
    std::vector<crypto::BoxKey> out;
    for (const std::string& file : invocation.arguments.all("key")) {
        TRY_ASSIGN(auto key, node::open_auditor_key(file, credential));
        out.push_back(std::move(key));
    }
    return out;
}

/// What the node gave, as the auditor's own program reads it.
struct Opened {
    json about;
    std::optional<node::AuditEntry> entry;
    std::string problem;
};

template <class Fixed>
Fixed id_of(const json& sealed, const char* name) {
    const auto bytes = from_base32(text_member(sealed, name));
    const auto out = bytes ? Fixed::from(*bytes) : Result<Fixed>(bytes.error());
    return out ? *out : Fixed{};
}

Opened open_sealed(const json& sealed, const std::vector<crypto::BoxKey>& keys) {
    Opened out{sealed, {}, text_member(sealed, "code")};
    out.about.erase("change");
    const auto bytes = crypto::from_base64(text_member(sealed, "change"));
    const auto change =
        bytes ? replication::decode_change(*bytes) : Result<replication::Change>(bytes.error());
    if (!change) {
        out.problem = out.problem.empty() ? change.error().code.name() : out.problem;
        return out;
    }
    const node::AuditPlace place{id_of<replication::NodeId>(sealed, "node"),
                                 id_of<replication::CompartmentId>(sealed, "compartment"),
                                 {}};
    for (const crypto::BoxKey& key : keys) {
        auto entry = node::open_entry(*change, place, key);
        if (entry) {
            out.entry = *std::move(entry);
            return out;
        }
        out.problem = entry.error().code.name();
    }
    return out;
}

json to_json(const Opened& opened) {
    json out = opened.about;
    if (!opened.entry) {
        out["problem"] = opened.problem;
        return out;
    }
    const node::AuditEntry& entry = *opened.entry;
    json records = json::array();
    for (const auto& record : entry.records) {
        records.push_back({{"compartment", to_base32(record.compartment.view())},
                           {"id", to_base32(record.record.view())}});
    }
    out["entered_at"] = out["at"];
    out["at"] = node::utc_text(entry.at);
    out["kind"] = node::name_of(entry.kind);
    out["officer"] = entry.officer.is_zero() ? "" : to_base32(entry.officer.view());
    out["records"] = std::move(records);
    out["text"] = entry.text;
    out["purpose"] = entry.purpose;
    out["case"] = entry.case_reference;
    out["outcome"] = entry.outcome;
    return out;
}

/// Whether --node and --since let it through.
bool is_wanted(const Arguments& arguments, const json& entry) {
    const std::string of = arguments.text("of");
    const bool node_fits = of.empty() || text_member(entry, "unit_name") == of ||
                           (of.size() >= 6 && text_member(entry, "node").starts_with(of));
    return node_fits && text_member(entry, "at") >= arguments.text("since");
}

void print_entry(Console& console, const json& entry) {
    const json records = entry.value("records", json::array());
    std::string line = text_member(entry, "at") + "  " + text_member(entry, "unit_name") + "  " +
                       text_member(entry, "officer").substr(0, 8) + "  " +
                       text_member(entry, "kind");
    if (records.size() == 1) {
        line += " " + text_member(records[0], "id");
    } else if (!records.empty()) {
        line += " of " + std::to_string(records.size()) + " records";
    }
    for (const char* name : {"text", "purpose", "case", "outcome", "problem"}) {
        const std::string value = text_member(entry, name);
        line += value.empty() ? "" : "  " + std::string(name) + ": " + value;
    }
    console.line(line);
}

Outcome<int> show(const Invocation& invocation) {
    TRY_ASSIGN(const auto keys, open_keys(invocation));
    TRY_ASSIGN(auto node, open_node(invocation));
    std::uint64_t next = 0, shown = 0, shut = 0;
    for (bool more = true; more;) {
        TRY_ASSIGN(const json page,
                   node.worker({"GET", "/audit/entries?after=" + std::to_string(next)}));
        for (const json& sealed : page.value("entries", json::array())) {
            const Opened opened = open_sealed(sealed, keys);
            const json entry = to_json(opened);
            if (!is_wanted(invocation.arguments, entry)) {
                continue;
            }
            ++(opened.entry ? shown : shut);
            invocation.console.json() ? invocation.console.object(entry)
                                      : print_entry(invocation.console, entry);
        }
        next = page.value("next", next);
        more = page.value("more", false);
    }
    TRY(node.close());
    invocation.console.note(
        std::to_string(shown) + " entries" +
        (shut == 0 ? "" : ", and " + std::to_string(shut) + " that these keys do not open"));
    return shut == 0 ? 0 : refused;
}

/// The logs of an earlier verdict.
Outcome<json> heads_of(const std::string& file) {
    TRY_ASSIGN(const Bytes bytes, node::read_file(file, heads_limit));
    const json verdict = json::parse(as_text(bytes), nullptr, false);
    if (!verdict.is_object() || !verdict.contains("logs")) {
        return Error{audit_heads_file,
                     file + ": not what 'entrepot audit verify --json' gave earlier"};
    }
    return verdict.at("logs");
}

Outcome<int> verify(const Invocation& invocation) {
    json body = json::object();
    if (invocation.arguments.has("against")) {
        TRY_ASSIGN(body["heads"], heads_of(invocation.arguments.text("against")));
    }
    TRY_ASSIGN(auto node, open_node(invocation));
    TRY_ASSIGN(const json verdict, node.worker({"POST", "/audit/verify"}, body));
    TRY(node.close());
    const json problems = verdict.value("problems", json::array());
    if (invocation.console.json()) {
        invocation.console.object(verdict);
        return problems.empty() ? 0 : refused;
    }
    Table table({"node", "unit", "commits", "entries", "newest"});
    for (const json& log : verdict.value("logs", json::array())) {
        table.add({text_member(log, "node").substr(0, 8), text_member(log, "unit_name"),
                   log.value("commits", json(0)).dump(), log.value("entries", json(0)).dump(),
                   text_member(log, "newest")});
    }
    table.print(invocation.console);
    for (const json& problem : problems) {
        invocation.console.line(text_member(problem, "log") + ": " + text_member(problem, "code") +
                                ": " + text_member(problem, "why"));
    }
    return problems.empty() ? 0 : refused;
}

}  // namespace

void add_audit_commands(CommandTable& table) {
    table.push_back(
        {"audit show",
         "open the entries of every audit held here, with the auditor's key",
         {{"--key", "FILE", "auditor.key; several when the auditor changed", true, true},
          {"--of", "NODE", "only this node's: its id or its unit's name"},
          {"--since", "TIME", "such as 2026-03-07 or 2026-03-07T12:00 (UTC)"}},
         show});
    table.push_back({"audit verify",
                     "check that every audit held here is whole, signed and in order",
                     {{"--against", "FILE",
                       "what this command gave earlier with --json: nothing may be missing since"}},
                     verify});
}

}  // namespace entrepot::tools
