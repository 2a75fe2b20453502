// Program: words in, exit code out: what `entrepot` is but for the start of its process.
#pragma once

#include "tools/commands/groups.hpp"

namespace entrepot::tools {

/// Runs one command of the table; `words` without the program's name. Reports a failure itself.
int run_program(const CommandTable& table, const std::vector<std::string>& words, Console& console,
                const Surroundings& surroundings);

}  // namespace entrepot::tools
