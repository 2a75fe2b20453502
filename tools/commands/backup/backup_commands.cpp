#include <nlohmann/json.hpp>

#include "node/backup/backup.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/progress_bar.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;

constexpr std::size_t roster_limit = std::size_t{256} << 20;

Outcome<int> tell(const Invocation& invocation, const std::string& what,
                  const node::BackupFacts& facts) {
    if (invocation.console.json()) {
        invocation.console.object({{"path", what}, {"files", facts.files}, {"bytes", facts.bytes}});
        return 0;
    }
    invocation.console.line(what + "  " + std::to_string(facts.files) + " files, " +
                            std::to_string(facts.bytes) + " bytes");
    return 0;
}

Outcome<int> backup(const Invocation& invocation) {
    const std::string file = invocation.arguments.text("FILE");
    TRY_ASSIGN(const auto path, node_of(invocation));
    TRY_ASSIGN(const auto directory, node::NodeDirectory::open(path));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the backup"));
    crypto::SystemEntropy entropy;
    node::BackupFacts facts;
    {
        ProgressBar bar(invocation.console, 0);
        TRY_ASSIGN(facts, node::make_backup(directory, file, credential, entropy,
                                            [&](std::uint64_t done, std::uint64_t all) {
                                                bar.show(done, std::to_string(done >> 20) + " of " +
                                                                   std::to_string(all >> 20) +
                                                                   " MiB");
                                            }));
    }
    if (!invocation.console.json()) {
        invocation.console.note("Written and read back. Keep it apart from the node; whoever has "
                                "it and its passphrase still needs an officer's to read records.");
    }
    return tell(invocation, file, facts);
}

Outcome<int> check(const Invocation& invocation) {
    const std::string file = invocation.arguments.text("FILE");
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the backup"));
    TRY_ASSIGN(const auto facts, node::check_backup(file, credential));
    return tell(invocation, file, facts);
}

Outcome<int> restore(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    node::RestoreWish wish{arguments.text("FILE"), arguments.text("DIR"), {}};
    TRY_ASSIGN(wish.roster, node::read_file(arguments.text("roster"), roster_limit));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the backup"));
    node::BackupFacts facts;
    {
        ProgressBar bar(invocation.console, 0);
        TRY_ASSIGN(facts, node::restore_backup(wish, credential,
                                               [&](std::uint64_t done, std::uint64_t) {
                                                   bar.show(done,
                                                            std::to_string(done >> 20) + " MiB");
                                               }));
    }
    if (!invocation.console.json()) {
        invocation.console.note("Start it like any node. It begins new logs, takes what it lacks "
                                "from its peers, and erases what was ordered to be erased.");
    }
    return tell(invocation, arguments.text("DIR"), facts);
}

}  // namespace

void add_backup_commands(CommandTable& table) {
    table.push_back({"backup",
                     "write a sealed backup of the node, which may run meanwhile, and check it",
                     {{"FILE", "FILE", "file to write", true}},
                     backup});
    table.push_back({"backup-check",
                     "read a backup to its end and write nothing",
                     {{"FILE", "FILE", "backup", true}},
                     check});
    table.push_back({"restore",
                     "make a node from a backup; its own logs end, others begin",
                     {{"FILE", "FILE", "backup", true},
                      {"DIR", "DIR", "directory of the node: absent or empty", true},
                      {"--roster", "FILE", "roster of today, from headquarters or a peer"}},
                     restore});
}

}  // namespace entrepot::tools
