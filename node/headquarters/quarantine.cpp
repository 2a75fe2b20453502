#include "node/headquarters/quarantine.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "node/desk/names.hpp"
#include "replication/log/admission.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::CommitNumber;
using replication::CommitWrite;
using replication::Cut;
using replication::LogDescriptor;
using replication::LogId;

constexpr std::size_t least_prefix = 6;  ///< characters of a log's id that name it

/// A log with commits beyond its end, by number; several of one number when it has forked.
struct KeptLog {
    LogDescriptor descriptor;
    Cut end;
    std::multimap<CommitNumber, CommitWrite> commits;
};
using KeptLogs = std::map<LogId, KeptLog>;

Status add_kept(KeptLogs& logs, const Desk& desk, CommitWrite commit) {
    const auto end = replication::end_of(commit.descriptor, commit.log, desk.roster());
    if (!end || commit.number <= end->number) {
        return {};  // counts by now, or its log has another branch
    }
    KeptLog& log = logs[commit.log];
    log.descriptor = commit.descriptor;
    log.end = *end;
    const auto [first, last] = log.commits.equal_range(commit.number);
    const bool is_known = std::any_of(
        first, last, [&](const auto& each) { return each.second.hash == commit.hash; });
    if (!is_known) {
        const CommitNumber number = commit.number;
        log.commits.emplace(number, std::move(commit));
    }
    return {};
}

/// Commits held as part of a log that was cut before them later.
Status add_held(KeptLogs& logs, const Desk& desk) {
    TRY_ASSIGN(const auto heads, desk.log().heads());
    for (const auto& [id, head] : heads.all()) {
        const auto end = replication::end_of(head.descriptor, id, desk.roster());
        for (auto number = end ? end->number.next() : head.number.next(); number <= head.number;
             number = number.next()) {
            TRY_ASSIGN(Bytes bytes, desk.log().read(id, number));
            const Hash hash = replication::commit_hash(bytes);
            TRY(add_kept(logs, desk, {id, head.descriptor, number, hash, std::move(bytes)}));
        }
    }
    return {};
}

Result<KeptLogs> kept_logs(const Desk& desk) {
    KeptLogs out;
    TRY_ASSIGN(auto aside, desk.log().aside());
    for (CommitWrite& commit : aside) {
        TRY(add_kept(out, desk, std::move(commit)));
    }
    TRY(add_held(out, desk));
    return out;
}

/// Commits that follow the cut without a gap, each naming the one before by its hash.
std::vector<const CommitWrite*> chain_of(const KeptLog& log) {
    std::vector<const CommitWrite*> out;
    Hash tip = log.end.hash;
    for (CommitNumber next = log.end.number.next();; next = next.next()) {
        const auto [first, last] = log.commits.equal_range(next);
        const auto follows = std::find_if(first, last, [&](const auto& each) {
            return replication::read_header(each.second.bytes).previous == tip;
        });
        if (follows == last) {
            return out;
        }
        out.push_back(&follows->second);
        tip = follows->second.hash;
    }
}

std::string reason(const Desk& desk, const LogDescriptor& log) {
    if (desk.roster().is_revoked(log.node)) {
        return "the node is revoked";
    }
    if (desk.roster().lost_right(log.node, log.compartment) == replication::Right::write) {
        return "the branch of the roster that let the node write there has lost";
    }
    if (desk.roster().right(log.node, log.compartment) != replication::Right::write) {
        return "the node may no longer write there";
    }
    return "the log is cut";
}

json log_json(Desk& desk, const LogId& id, const KeptLog& log) {
    const auto* writer = desk.roster().writer(log.descriptor.node);
    const auto chain = chain_of(log);
    json commits = json::array();
    for (const auto& [number, commit] : log.commits) {
        const auto& hash = commit.hash;
        const bool follows = std::any_of(chain.begin(), chain.end(),
                                         [&](const auto* each) { return each->hash == hash; });
        commits.push_back({{"number", number.value},
                           {"hash", to_hex(commit.hash.view())},
                           {"bytes", commit.bytes.size()},
                           {"admissible", follows}});
    }
    json out{{"log", to_base32(id.view())},
             {"node", to_base32(log.descriptor.node.view())},
             {"unit", writer == nullptr ? "" : unit_name(desk, writer->unit)},
             {"compartment", to_base32(log.descriptor.compartment.view())},
             {"name", compartment_name(desk, log.descriptor.compartment)},
             {"why", reason(desk, log.descriptor)},
             {"cut", log.end.number.value},
             {"commits", std::move(commits)}};
    if (!chain.empty()) {
        out["admissible_to"] = chain.back()->number.value;
    }
    return out;
}

json contents_json(const std::vector<QuarantinedContent>& contents) {
    json out = json::array();
    for (const QuarantinedContent& each : contents) {
        out.push_back({{"log", to_base32(each.dot.log.view())},
                       {"number", each.dot.number.value},
                       {"change", each.change},
                       {"code", each.code},
                       {"why", each.why}});
    }
    return out;
}

Result<Cut> move_cut(Desk& desk, const json& body) {
    TRY(check_headquarters(desk));
    TRY_ASSIGN(const KeptLogs logs, kept_logs(desk));
    const std::string name = text_member(body, "log");
    const auto found = std::find_if(logs.begin(), logs.end(), [&](const auto& each) {
        return name.size() >= least_prefix && to_base32(each.first.view()).starts_with(name);
    });
    if (found == logs.end()) {
        return Error{quarantine_unknown_log, "nothing of a log '" + name +
                                                 "' is in quarantine; see 'entrepot quarantine'"};
    }
    const auto wanted = body.find("to");
    const std::uint64_t to =
        wanted != body.end() && wanted->is_number_integer() && wanted->get<std::int64_t>() > 0
            ? wanted->get<std::uint64_t>()
            : 0;
    const KeptLog& log = found->second;
    if (to <= log.end.number.value) {
        return Error{quarantine_not_forward, "the cut stands at commit " +
                                                 std::to_string(log.end.number.value) +
                                                 " and moves forward only"};
    }
    const auto chain = chain_of(log);
    if (to - log.end.number.value > chain.size()) {
        return Error{quarantine_not_held,
                     "commit " + std::to_string(log.end.number.value + chain.size() + 1) +
                         " is not here, and none after it can count without it"};
    }
    const CommitWrite& last = *chain[to - log.end.number.value - 1];
    return Cut{last.log, last.number, last.hash};
}

}  // namespace

Result<json> list_quarantine(Desk& desk) {
    TRY_ASSIGN(const KeptLogs logs, kept_logs(desk));
    TRY_ASSIGN(const auto contents, desk.views().quarantined());
    json out = json::array();
    for (const auto& [id, log] : logs) {
        out.push_back(log_json(desk, id, log));
    }
    return json{{"logs", std::move(out)}, {"contents", contents_json(contents)}};
}

std::uint64_t count_uncounted(Desk& home) {
    std::uint64_t out = 0;
    for (const Desk* desk : home.shared_desks()) {
        const auto heads = desk->log().heads();
        if (!heads) {
            continue;
        }
        for (const auto& [id, head] : heads->all()) {
            const auto end = replication::end_of(head.descriptor, id, desk->roster());
            out += end && end->number < head.number ? head.number.value - end->number.value : 0;
        }
    }
    return out;
}

void admit_commits(Desk& desk, const json& body, JsonDone done) {
    const auto cut = move_cut(desk, body);
    if (!cut) {
        return done(cut.error());
    }
    Continuation roster(desk);
    if (auto added = roster.add(replication::CutEntry{*cut}); !added) {
        return done(std::move(added).error());
    }
    const json told{{"log", to_base32(cut->log.view())},
                    {"number", cut->number.value},
                    {"hash", to_hex(cut->hash.view())}};
    desk.append_roster(roster.take(), [told, done = std::move(done)](Status stored) {
        done(stored ? Result<json>(told) : Result<json>(std::move(stored).error()));
    });
}

}  // namespace entrepot::node
