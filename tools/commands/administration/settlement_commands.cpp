// Settling a roster that forked: headquarters was restored from an old backup and both went on.
#include <nlohmann/json.hpp>

#include "node/access/administration.hpp"
#include "node/roots/losing_branch.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::AdministrationDirectory;

constexpr std::size_t roster_file_limit = std::size_t{256} << 20;

Outcome<node::LosingBranch> read_losing(const AdministrationDirectory& administration,
                                        const std::string& path) {
    TRY_ASSIGN(const Bytes file, node::read_file(path, roster_file_limit));
    replication::Roster loses;
    TRY(replication::import_roster(loses, administration.roster().root_fingerprint(), file));
    TRY_ASSIGN(auto out, node::losing_branch(administration.roster(), loses));
    return out;
}

Outcome<void> follow(const Invocation& invocation, AdministrationDirectory& administration) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const Bytes roster, headquarters.worker_file({"GET", "/roster/file"}));
    TRY(administration.follow(roster));
    TRY(headquarters.close());
    return {};
}

Outcome<void> hand_over(const Invocation& invocation,
                        const AdministrationDirectory& administration) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY(headquarters.worker_bytes({"POST", "/roster/file"},
                                  replication::export_roster(administration.roster())));
    TRY(headquarters.close());
    return {};
}

std::vector<std::string> describe(const node::LosingBranch& branch) {
    std::vector<std::string> out{
        "both branches have the entries up to " + std::to_string(branch.common.value) +
            "; of the losing one these are nothing until they are made again:"};
    for (const auto& entry : branch.entries) {
        out.push_back("  " + node::describe_lost(entry));
    }
    return out;
}

/// Root keys that lie with different holders sign one entry after the other.
Outcome<int> draft_next(const Invocation& invocation, const AdministrationDirectory& administration,
                        const node::LosingBranch& branch) {
    const auto draft = node::EntryDraft::make(
        administration.roster(), replication::HybridTime::from_wall(SystemClock().wall()),
        replication::SettlementEntry{branch.common, branch.wanted.front()});
    if (branch.wanted.size() > 1) {
        invocation.console.note(std::to_string(branch.wanted.size() - 1) +
                                " more follow it: once this one is applied, run this again");
    }
    return write_new_draft(invocation, draft, "draft", "");
}

Outcome<int> settle_roster(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    if (arguments.has("headquarters")) {
        TRY(follow(invocation, administration));
    }
    TRY_ASSIGN(const auto branch, read_losing(administration, arguments.text("LOSING")));
    if (arguments.has("draft")) {
        for (const std::string& line : describe(branch)) {
            invocation.console.note(line);
        }
        return draft_next(invocation, administration, branch);
    }
    TRY(confirm(invocation, describe(branch), "Settle it so?"));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the root keys"));
    TRY(administration.settle(branch.common, branch.wanted, credential, SystemClock()));
    if (arguments.has("headquarters")) {
        TRY(hand_over(invocation, administration));
    }
    const std::string file = administration.roster_file().string();
    if (invocation.console.json()) {
        json again = json::array();
        for (const auto& entry : branch.entries) {
            again.push_back({{"entry", entry.number.value}, {"did", node::describe_lost(entry)}});
        }
        invocation.console.object({{"roster", file},
                                   {"common", branch.common.value},
                                   {"length", administration.roster().length().value},
                                   {"make_again", again}});
        return 0;
    }
    invocation.console.line(file);
    invocation.console.note("Every node takes it in by itself, or by: entrepot roster import " +
                            file);
    return 0;
}

}  // namespace

void add_settlement_commands(CommandTable& table) {
    table.push_back({"administration settle-roster",
                     "settle a forked roster: the branch in DIR counts, the file's loses",
                     {{"DIR", "DIR", "directory of the administration", true},
                      {"LOSING", "FILE", "roster of the losing branch ('roster export')", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node whose branch counts"},
                      {"--draft", "FILE", "drafts the next entry for holders elsewhere"},
                      {"--yes", "", "does not ask"}},
                     settle_roster});
}

}  // namespace entrepot::tools
