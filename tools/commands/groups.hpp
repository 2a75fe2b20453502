// The groups of commands; each adds its entries to the table, in the order that help shows.
#pragma once

#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

void add_administration_commands(CommandTable& table);
void add_root_commands(CommandTable& table);
void add_auditor_commands(CommandTable& table);
void add_revocation_commands(CommandTable& table);
void add_quarantine_commands(CommandTable& table);
void add_erasure_commands(CommandTable& table);
void add_retention_commands(CommandTable& table);
void add_settlement_commands(CommandTable& table);
void add_partner_commands(CommandTable& table);
void add_release_commands(CommandTable& table);
void add_request_commands(CommandTable& table);
void add_node_commands(CommandTable& table);
void add_officer_commands(CommandTable& table);
void add_account_commands(CommandTable& table);
void add_record_commands(CommandTable& table);
void add_conflict_commands(CommandTable& table);
void add_fork_commands(CommandTable& table);
void add_import_commands(CommandTable& table);
void add_exchange_commands(CommandTable& table);
void add_bundle_commands(CommandTable& table);
void add_upkeep_commands(CommandTable& table);
void add_audit_commands(CommandTable& table);
void add_backup_commands(CommandTable& table);

/// All of them.
CommandTable all_commands();

}  // namespace entrepot::tools
