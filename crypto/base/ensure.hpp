// ENSURE: always on, for our own bugs; never for bytes from a peer or a file.
#pragma once

namespace entrepot {

/// Prints the condition and its place to standard error and aborts.
[[noreturn]] void ensure_failed(const char* condition, const char* file, int line);

}  // namespace entrepot

#define ENSURE(condition) \
    ((condition) ? static_cast<void>(0) : ::entrepot::ensure_failed(#condition, __FILE__, __LINE__))
