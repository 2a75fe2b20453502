// What stands in the memory of another process, and in what the system tells of it. For tests that
// look for what should not be there. Reading needs the right to trace it: root, or a parent whose
// child did not forbid it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "crypto/base/bytes.hpp"

namespace entrepot {

/// Whether this process may read that one's memory.
bool may_read_memory(pid_t process);
/// Each run of pages that are there, with the name of its mapping; throws when it may not. What the
/// process frees or writes meanwhile may be missed: ask it for nothing while this looks.
void for_each_run(pid_t process, const std::function<void(ByteView, const std::string&)>& look);
/// Its arguments and its environment, each followed by a zero byte.
std::string words_of(pid_t process);

}  // namespace entrepot
