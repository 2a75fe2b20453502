// Shell completion, made from the table of commands.
#pragma once

#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

/// A bash script for `source <(entrepot completion bash)`.
std::string bash_completion(const CommandTable& table);
/// `completion bash`, of the table as it is now.
Command completion_command(const CommandTable& table);

}  // namespace entrepot::tools
