// Settling a roster that forked: headquarters was restored from an old backup and both went on.
#include <nlohmann/json.hpp>

#include "node/access/administration.hpp"
#include "node/roots/losing_branch.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/administration/headquarters_rosters.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::AdministrationDirectory;

constexpr std::size_t roster_file_limit = std::size_t{256} << 20;

/// A roster that had forked: the branch that counts, and the file's.
struct Fork {
    replication::Roster counts, loses;
    std::string partner;  ///< country of an outer roster's, empty for the inner one
};

/// Whose outer roster the file holds a branch of, by its first entry; empty for the inner one.
Outcome<std::string> partner_of(ByteView file) {
    TRY_ASSIGN(const auto entries, replication::roster_file_entries(file));
    TRY_ASSIGN(const auto first, replication::decode_entry(entries.front()));
    const auto* outer = std::get_if<replication::OuterGenesis>(&first.content);
    return outer == nullptr ? std::string() : outer->partner_country;
}

/// What counts is as headquarters has it by now, else as this directory does.
Outcome<Fork> read_fork(const Invocation& invocation, AdministrationDirectory& administration) {
    TRY_ASSIGN(const Bytes file,
               node::read_file(invocation.arguments.text("LOSING"), roster_file_limit));
    Fork out;
    TRY_ASSIGN(out.partner, partner_of(file));
    if (invocation.arguments.has("headquarters")) {
        TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
        TRY(follow_headquarters(administration, headquarters));
        TRY(headquarters.close());
    }
    out.counts = administration.roster();
    if (!out.partner.empty()) {
        TRY_ASSIGN(out.counts, administration.outer_roster(out.partner));
    }
    TRY(replication::import_roster(out.loses, out.counts.root_fingerprint(), file));
    return out;
}

Outcome<void> hand_over(const Invocation& invocation, const replication::Roster& settled) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY(headquarters.worker_bytes({"POST", "/roster/file"}, replication::export_roster(settled)));
    TRY(headquarters.close());
    return {};
}

std::vector<std::string> describe(const Fork& fork, const node::LosingBranch& branch) {
    std::vector<std::string> out{
        "both branches have the entries up to " + std::to_string(branch.common.value) +
            "; of the losing one these are nothing until they are made again:"};
    for (const auto& entry : branch.entries) {
        out.push_back("  " + node::describe_lost(entry, !fork.partner.empty()));
    }
    return out;
}

/// Root keys that lie with different holders sign one entry after the other.
Outcome<int> draft_next(const Invocation& invocation, const replication::Roster& counts,
                        const node::LosingBranch& branch) {
    const auto draft =
        node::EntryDraft::make(counts, replication::HybridTime::from_wall(SystemClock().wall()),
                               replication::SettlementEntry{branch.common, branch.wanted.front()});
    if (branch.wanted.size() > 1) {
        invocation.console.note(std::to_string(branch.wanted.size() - 1) +
                                " more follow it: once this one is applied, run this again");
    }
    return write_new_draft(invocation, draft, "draft", "");
}

void tell(const Invocation& invocation, const std::string& file, const Fork& fork,
          const node::LosingBranch& branch) {
    if (invocation.console.json()) {
        json again = json::array();
        for (const auto& entry : branch.entries) {
            again.push_back({{"entry", entry.number.value},
                             {"did", node::describe_lost(entry, !fork.partner.empty())}});
        }
        invocation.console.object({{"roster", file},
                                   {"common", branch.common.value},
                                   {"length", fork.counts.length().value},
                                   {"make_again", again}});
        return;
    }
    invocation.console.line(file);
    invocation.console.note("Every node takes it in by itself, or by: entrepot roster import " +
                            file);
}

Outcome<int> settle_roster(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    TRY_ASSIGN(Fork fork, read_fork(invocation, administration));
    TRY_ASSIGN(const auto branch, node::losing_branch(fork.counts, fork.loses));
    if (arguments.has("draft")) {
        for (const std::string& line : describe(fork, branch)) {
            invocation.console.note(line);
        }
        return draft_next(invocation, fork.counts, branch);
    }
    TRY(confirm(invocation, describe(fork, branch), "Settle it so?"));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the root keys"));
    TRY_ASSIGN(fork.counts, administration.settle(fork.counts, branch.common, branch.wanted,
                                                  credential, SystemClock()));
    if (arguments.has("headquarters")) {
        TRY(hand_over(invocation, fork.counts));
    }
    const auto file = fork.partner.empty() ? administration.roster_file()
                                           : administration.outer_file(fork.partner);
    tell(invocation, file.string(), fork, branch);
    return 0;
}

}  // namespace

void add_settlement_commands(CommandTable& table) {
    table.push_back({"administration settle-roster",
                     "settle a forked roster: the branch in DIR counts, the file's loses",
                     {{"DIR", "DIR", "directory of the administration", true},
                      {"LOSING", "FILE",
                       "roster of the losing branch, also an outer one ('roster export')", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node whose branch counts"},
                      {"--draft", "FILE", "drafts the next entry for holders elsewhere"},
                      {"--yes", "", "does not ask"}},
                     settle_roster});
}

}  // namespace entrepot::tools
