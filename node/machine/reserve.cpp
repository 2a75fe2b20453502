#include "node/machine/reserve.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace entrepot::node {
namespace {

/// Gives blocks to the file up to `size`, or takes all of them.
bool allocate(int file, std::uint64_t size) {
    if (::ftruncate(file, 0) != 0) {
        return false;
    }
    if (size > 0 && ::posix_fallocate(file, 0, static_cast<off_t>(size)) == 0) {
        return ::fsync(file) == 0;
    }
    [[maybe_unused]] const int emptied = ::ftruncate(file, 0);
    return size == 0;
}

bool resize(const std::filesystem::path& path, std::uint64_t size) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        return false;
    }
    const bool done = allocate(file, size);
    ::close(file);
    return done;
}

}  // namespace

std::uint64_t Reserve::size_for(const std::filesystem::path& node) {
    std::error_code failed;
    const auto disk = std::filesystem::space(node, failed);
    return failed ? default_reserve_size : std::min(default_reserve_size, disk.capacity / 16);
}

Reserve::State Reserve::state(const std::filesystem::path& file) {
    struct stat found {};
    if (::lstat(file.c_str(), &found) != 0) {
        return State::none;
    }
    return found.st_size > 0 ? State::held : State::given_up;
}

bool Reserve::give_up() {
    return state() == State::held && resize(file_, 0);
}

void Reserve::tend() {
    if (state() == State::held || size_ == 0) {
        return;
    }
    std::error_code failed;
    const auto room = std::filesystem::space(file_.parent_path(), failed);
    const bool fits = !failed && room.available / 2 >= size_;
    resize(file_, fits ? size_ : 0);
}

}  // namespace entrepot::node
