#include "node/access/node_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "node/machine/private_path.hpp"

namespace entrepot::node {
namespace {

std::string reason() {
    return std::error_code(errno, std::generic_category()).message();
}

class FileHandle {
public:
    explicit FileHandle(int file) : file_(file) {}
    ~FileHandle() {
        if (file_ >= 0) {
            ::close(file_);
        }
    }
    FileHandle(const FileHandle&) = delete;
    int get() const { return file_; }

private:
    int file_;
};

Status write_all(int file, ByteView bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return Error{file_not_written, path.string() + ": " + reason()};
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
    const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return Error{file_unreadable, path.string() + ": " + reason()};
    }
    Bytes out;
    std::array<std::uint8_t, 65536> block{};
    while (true) {
        const ssize_t got = ::read(file.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return Error{file_unreadable, path.string() + ": " + reason()};
        }
        if (got == 0) {
            return out;
        }
        if (out.size() + static_cast<std::size_t>(got) > limit) {
            return Error{file_too_large,
                         path.string() + ": more than " + std::to_string(limit) + " bytes"};
        }
        append(out, ByteView(block.data(), static_cast<std::size_t>(got)));
    }
}

Status write_file(const std::filesystem::path& path, ByteView bytes) {
    const std::filesystem::path beside = path.string() + ".new";
    {
        const FileHandle file(
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (file.get() < 0) {
            return Error{file_not_written, path.string() + ": " + reason()};
        }
        TRY(write_all(file.get(), bytes, path));
        if (::fsync(file.get()) != 0) {
            return Error{file_not_written, path.string() + ": " + reason()};
        }
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        return Error{file_not_written, path.string() + ": " + reason()};
    }
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    const FileHandle directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
        return Error{file_not_written, parent.string() + ": " + reason()};
    }
    return {};
}

Result<NodeDirectory> NodeDirectory::create(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::exists(path, failed) && !std::filesystem::is_empty(path, failed)) {
        return Error{directory_exists, path.string() + " is not empty; choose another directory"};
    }
    std::filesystem::create_directories(path, failed);
    if (failed || ::chmod(path.c_str(), 0700) != 0) {
        return Error{directory_unreadable, "cannot make " + path.string() + ": " +
                                               (failed ? failed.message() : reason())};
    }
    NodeDirectory out(path);
    if (::mkdir(out.slots().c_str(), 0700) != 0) {
        return Error{directory_unreadable, "cannot make " + out.slots().string() + ": " + reason()};
    }
    return out;
}

Result<NodeDirectory> NodeDirectory::open(const std::filesystem::path& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        return Error{directory_missing, "no node at " + path.string() + ": " + reason()};
    }
    if (!S_ISDIR(found.st_mode)) {
        return Error{directory_missing, "no node at " + path.string() + ": not a directory"};
    }
    if ((found.st_mode & 077) != 0) {
        return Error{directory_open_to_others, path.string() +
                                                   " may be entered by others; 'chmod 700 " +
                                                   path.string() + "' and look who did that"};
    }
    if (found.st_uid != ::geteuid()) {
        return Error{path_foreign_owner, path.string() + " belongs to account " +
                                             std::to_string(found.st_uid) +
                                             "; run this as the account of the node"};
    }
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
        return Error{directory_unreadable, "cannot use " + path.string() + ": " + reason()};
    }
    NodeDirectory out(path);
    if (::access(out.slots().c_str(), R_OK | X_OK) != 0) {
        return Error{directory_missing,
                     "no node at " + path.string() + "; 'entrepot node create' makes one"};
    }
    TRY(out.check_entries());
    return out;
}

/// The device secret may lie elsewhere, behind a link: on a medium that is taken out.
Status NodeDirectory::check_entries() const {
    for (const auto& folder : {log(), views(), slots(), partners()}) {
        TRY(check_private(folder, PathKind::directory));
    }
    TRY(check_private(service_slot(), PathKind::file));
    for (const auto& slot : slot_files()) {
        TRY(check_private(slot, PathKind::file));
    }
    return {};
}

std::vector<std::filesystem::path> NodeDirectory::slot_files() const {
    std::vector<std::filesystem::path> out;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(slots(), failed)) {
        if (entry.path().extension() == ".slot") {
            out.push_back(entry.path());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<NodeLock> NodeLock::take(const NodeDirectory& directory) {
    const auto path = directory.path() / "lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return Error{directory_unreadable, path.string() + ": " + reason()};
    }
    NodeLock out(file);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        return Error{directory_in_use,
                     "the node at " + directory.path().string() + " is running already"};
    }
    return out;
}

NodeLock::NodeLock(NodeLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

NodeLock::~NodeLock() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

}  // namespace entrepot::node
