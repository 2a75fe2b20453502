// Disk probe: how long the disk takes to make a small write durable; decides single saves.
#pragma once

#include <filesystem>

#include "crypto/base/result.hpp"

namespace entrepot::bench {

inline constexpr ErrorCode disk_unfit{"bench.disk", ErrorKind::storage};

struct DiskLatency {
    double median_ms = 0;
    double p99_ms = 0;
};

/// fdatasync after appending 4 KiB, 300 times. bench.disk when the folder is in memory (tmpfs).
Result<DiskLatency> probe_disk(const std::filesystem::path& folder);

}  // namespace entrepot::bench
