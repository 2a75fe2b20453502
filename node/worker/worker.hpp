// Worker: the process with plaintext. Answers the local API on its own socket; before an unlock it
// answers nothing but that. Ends with its link.
#pragma once

#include <filesystem>
#include <optional>

#include "crypto/base/clock.hpp"
#include "crypto/base/result.hpp"

namespace entrepot::node {

struct WorkerOptions {
    std::filesystem::path node;
    int channel = -1;  ///< connected socket to the link
    std::optional<std::filesystem::path> service_key;
    /// A sign-in ends after so long without a call, the worker with the last one; 0: never. Of no
    /// meaning with a service key.
    std::int64_t idle_ms = 10 * 60 * 1000;
    const Clock* clock = nullptr;  ///< the system's unless a test has another
};

/// Runs until the link ends or closes the channel.
Status run_worker(const WorkerOptions& options);

}  // namespace entrepot::node
