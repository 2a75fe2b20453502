// What the acts of an administration have in common on the command line: which headquarters does
// it, and that a person has read what will happen.
#pragma once

#include "tools/commands/node_connection.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode act_not_confirmed{"act.not_confirmed", ErrorKind::refused};

/// --headquarters, else --node or ENTREPOT_NODE.
Outcome<NodeConnection> open_headquarters(const Invocation& invocation);

/// Shows the lines and asks, unless --yes was given. act.not_confirmed for any answer but y;
/// usage.wrong when nobody can be asked.
Outcome<void> confirm(const Invocation& invocation, const std::vector<std::string>& lines,
                      const std::string& question);

/// What a revocation or withdrawal, as headquarters planned it, will do.
std::vector<std::string> describe_cuts(const nlohmann::json& plan);

/// The plan's cuts as "LOG:NUMBER", so that what is done is what was shown.
nlohmann::json shown_cuts(const nlohmann::json& plan);

}  // namespace entrepot::tools
