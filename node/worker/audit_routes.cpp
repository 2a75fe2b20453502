#include "node/worker/audit_routes.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/audit/audit_check.hpp"
#include "node/audit/sealed_entry.hpp"
#include "node/databases/json_text.hpp"
#include "node/desk/names.hpp"
#include "node/databases/text/time_text.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr std::uint64_t commits_at_once = 500;

std::uint64_t number_of(const std::string& text) {
    std::uint64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

json described(Desk& desk, const replication::LogDescriptor& log) {
    const auto* certificate = desk.roster().node(log.node);
    return {{"node", to_base32(log.node.view())},
            {"unit_name", certificate == nullptr ? "" : unit_name(desk, certificate->unit)},
            {"compartment", to_base32(log.compartment.view())},
            {"log", to_base32(log.id().view())}};
}

/// Entries of one commit; none when its key is not here.
Status add_entries(Desk& desk, const StoredCommit& stored, json& out) {
    TRY_ASSIGN(const auto parsed, replication::parse_commit(stored.bytes));
    const auto* key = desk.keys().find(stored.descriptor.compartment, parsed.header);
    if (key == nullptr) {
        return {};
    }
    TRY_ASSIGN(const auto opened, replication::open_commit(parsed, *key, desk.packing()));
    const json about = described(desk, stored.descriptor);
    for (const auto& change : opened.changes) {
        json entry = about;
        entry["number"] = parsed.header.number.value;
        entry["at"] = utc_text(parsed.header.time.wall());
        if (change) {
            TRY_ASSIGN(const Bytes plain, replication::encode_change(*change));
            entry["change"] = crypto::to_base64(plain);
        } else {
            entry["code"] = change.error().code.name();
        }
        out.push_back(std::move(entry));
    }
    return {};
}

Result<NotedHead> read_head(const json& head) {
    const auto log = from_base32(text_member(head, "log"));
    const auto hash = from_base32(text_member(head, "hash"));
    const auto number = head.is_object() ? head.find("number") : head.end();
    if (!log || log->size() != 16 || !hash || hash->size() != 32 || number == head.end() ||
        !number->is_number_unsigned()) {
        return Error{audit_head,
                     "a head has log, number and hash, as 'entrepot audit verify --json' gives it"};
    }
    return NotedHead{
        *replication::LogId::from(*log), {number->get<std::uint64_t>()}, *Hash::from(*hash)};
}

json verdict_of(Desk& desk, AuditCheck& check) {
    json logs = json::array(), problems = json::array();
    for (const auto& [id, standing] : check.logs()) {
        json log = described(desk, standing.descriptor);
        log["commits"] = standing.commits;
        log["entries"] = standing.entries;
        log["number"] = standing.number.value;
        log["hash"] = to_base32(standing.hash.view());
        log["newest"] = utc_text(standing.newest);
        logs.push_back(std::move(log));
    }
    for (const AuditFinding& finding : check.finish()) {
        problems.push_back({{"log", to_base32(finding.log.view())},
                            {"code", finding.error.code.name()},
                            {"why", finding.error.context}});
    }
    return {{"logs", std::move(logs)}, {"problems", std::move(problems)}};
}

}  // namespace

Result<json> audit_entries(Desk& desk, const HttpRequest& request) {
    json entries = json::array();
    LogPosition next{number_of(request.query_value("after").value_or("0"))};
    std::uint64_t taken = 0;
    Status failed;
    TRY(desk.log().scan(next, [&](const StoredCommit& stored) {
        if (taken == commits_at_once) {
            return false;
        }
        next = stored.position;
        if (is_audit(desk.roster(), stored.descriptor.compartment)) {
            ++taken;
            failed = add_entries(desk, stored, entries);
        }
        return failed.has_value();
    }));
    TRY(failed);
    return json{
        {"entries", std::move(entries)}, {"next", next.value}, {"more", taken == commits_at_once}};
}

Result<json> audit_verdict(Desk& desk, const json& body) {
    std::vector<NotedHead> noted;
    const auto heads = body.is_object() ? body.find("heads") : body.end();
    if (heads != body.end()) {
        for (const json& head : *heads) {
            TRY_ASSIGN(noted.emplace_back(), read_head(head));
        }
    }
    AuditCheck check(desk.roster(), std::move(noted));
    TRY(desk.log().scan({}, [&](const StoredCommit& stored) {
        check.add(stored.descriptor, stored.bytes);
        return true;
    }));
    return verdict_of(desk, check);
}

}  // namespace entrepot::node
