#include "tools/commands/program.hpp"

#include <algorithm>

#include "tools/commands/line/command_line.hpp"
#include "tools/commands/line/completion.hpp"

namespace entrepot::tools {
namespace {

inline constexpr ErrorCode output_lost{"output.lost", ErrorKind::storage};

int report(Console& console, const Failure& failure) {
    console.error(failure);
    console.flush();
    return exit_code(failure.kind);
}

}  // namespace

CommandTable all_commands() {
    CommandTable table;
    add_administration_commands(table);
    add_root_commands(table);
    add_auditor_commands(table);
    add_revocation_commands(table);
    add_quarantine_commands(table);
    add_erasure_commands(table);
    add_retention_commands(table);
    add_settlement_commands(table);
    add_partner_commands(table);
    add_release_commands(table);
    add_node_commands(table);
    add_request_commands(table);
    add_officer_commands(table);
    add_account_commands(table);
    add_record_commands(table);
    add_conflict_commands(table);
    add_fork_commands(table);
    add_import_commands(table);
    add_exchange_commands(table);
    add_bundle_commands(table);
    add_upkeep_commands(table);
    add_audit_commands(table);
    add_backup_commands(table);
    table.push_back(completion_command(table));
    return table;
}

int run_program(const CommandTable& table, const std::vector<std::string>& words, Console& console,
                const Surroundings& surroundings) {
    console.set_json(std::find(words.begin(), words.end(), "--json") != words.end());
    auto parsed = parse_command_line(table, words);
    if (const auto* help = std::get_if<HelpText>(&parsed)) {
        console.raw(help->text);
        return console.flush() ? 0 : exit_code(ErrorKind::storage);
    }
    if (const auto* error = std::get_if<Error>(&parsed)) {
        return report(console, *error);
    }
    const auto& chosen = std::get<Chosen>(parsed);
    const auto done = chosen.command->run({chosen.arguments, console, surroundings});
    if (!done) {
        return report(console, done.error());
    }
    if (!console.flush()) {
        return report(console,
                      Error{output_lost, "standard output takes no more; is the disk full?"});
    }
    return done.value();
}

}  // namespace entrepot::tools
