// Draft files on the command line: written, read, and what is to be done with them.
#pragma once

#include "node/roots/entry_draft.hpp"
#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

/// Writes the draft and tells whom to carry it to.
Outcome<int> write_draft(const Invocation& invocation, const node::EntryDraft& draft,
                         const std::string& path);
Outcome<node::EntryDraft> read_draft(const std::string& path);
/// What the entry does and how many have signed it, in plain words.
std::vector<std::string> describe_draft(const node::EntryDraft& draft);

}  // namespace entrepot::tools
