#include "tools/bench/runner/disk_probe.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace entrepot::bench {

Result<DiskLatency> probe_disk(const std::filesystem::path& folder) {
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) != 0 || system.f_type == TMPFS_MAGIC) {
        return Error{disk_unfit, folder.string() + " is not on a disk; choose another --folder"};
    }
    const auto path = folder / "probe";
    const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    constexpr int writes = 300;
    const std::array<char, 4096> block{};
    std::vector<double> took;
    bool well = file >= 0;
    for (int i = 0; i < writes && well; ++i) {
        const auto started = std::chrono::steady_clock::now();
        well = ::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
               ::fdatasync(file) == 0;
        const std::chrono::duration<double, std::milli> one =
            std::chrono::steady_clock::now() - started;
        took.push_back(one.count());
    }
    if (file >= 0) {
        ::close(file);
        ::unlink(path.c_str());
    }
    if (!well) {
        return Error{disk_unfit, path.string() + ": cannot be written"};
    }
    std::sort(took.begin(), took.end());
    return DiskLatency{took[took.size() / 2], took[took.size() * 99 / 100]};
}

}  // namespace entrepot::bench
