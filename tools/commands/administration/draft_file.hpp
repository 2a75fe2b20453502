// Draft files on the command line: written, read, and what is to be done with them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/roots/entry_draft.hpp"
#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

/// Writes the draft over what is there, and tells whom to carry it to.
Outcome<int> write_draft(const Invocation& invocation, const node::EntryDraft& draft,
                         const std::string& path);
/// The same for a draft made now, which goes to the file that option `named` gives (file.exists
/// when there is one), else to `usual`, or beside it when another draft has that name.
Outcome<int> write_new_draft(const Invocation& invocation, const node::EntryDraft& draft,
                             const std::string& named, const std::string& usual);
/// Writes the draft that a node answered with, in base 64, to a new file as above, --output or
/// else `usual`; gives the answer with that path as its "draft". Tells nobody.
Outcome<nlohmann::json> keep_draft(const Invocation& invocation, nlohmann::json answer,
                                   const std::string& usual);
/// What is to be done with a draft that nobody has signed yet.
std::string carry_to_holders(const std::string& path);
Outcome<node::EntryDraft> read_draft(const std::string& path);
/// What the entry does and how many have signed it, in plain words.
std::vector<std::string> describe_draft(const node::EntryDraft& draft);

}  // namespace entrepot::tools
