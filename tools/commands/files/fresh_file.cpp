#include "tools/commands/files/fresh_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace entrepot::tools {
namespace {

std::string reason() {
    return std::error_code(errno, std::generic_category()).message();
}

Error is_there_already(const std::filesystem::path& path) {
    return {file_exists, path.string() + " is there already; --replace writes over it"};
}

bool is_there(const std::filesystem::path& path) {
    std::error_code failed;
    return std::filesystem::symlink_status(path, failed).type() >
           std::filesystem::file_type::not_found;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Status check_free(const std::filesystem::path& path) {
    return is_there(path) ? Status(Error{file_exists, path.string() + " is there already; name "
                                                                      "another file"})
                          : Status();
}

Error FreshFile::failed(const std::string& why) const {
    return {node::file_not_written, path_.string() + ": " + why};
}

Result<FreshFile> FreshFile::begin(const std::filesystem::path& path, Existing existing) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        return Error{node::file_not_written, path.string() + " is a folder; name a file in it"};
    }
    if (existing == Existing::refuse && is_there(path)) {
        return is_there_already(path);
    }
    const auto beside =
        folder_of(path) / ("." + path.filename().string() + "." + std::to_string(::getpid()));
    ::unlink(beside.c_str());
    const int file =
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        return Error{node::file_not_written, path.string() + ": " + reason()};
    }
    return FreshFile(path, beside, file, existing);
}

FreshFile::FreshFile(FreshFile&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::exchange(other.beside_, {})),
      file_(std::exchange(other.file_, -1)),
      existing_(other.existing_),
      size_(other.size_) {}

FreshFile::~FreshFile() {
    if (file_ >= 0) {
        ::close(file_);
    }
    if (!beside_.empty()) {
        ::unlink(beside_.c_str());
    }
}

Status FreshFile::write(ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return failed(reason());
        }
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

/// Sticks often have file systems that cannot rename without replacing: there the look in begin()
/// has to do.
Status FreshFile::rename() {
    if (existing_ == Existing::refuse) {
        if (::renameat2(AT_FDCWD, beside_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) ==
            0) {
            return {};
        }
        if (errno == EEXIST) {
            return is_there_already(path_);
        }
        if (errno != EINVAL && errno != ENOSYS) {
            return failed(reason());
        }
    }
    return ::rename(beside_.c_str(), path_.c_str()) == 0 ? Status() : Status(failed(reason()));
}

Status FreshFile::finish() {
    const bool is_durable = ::fsync(file_) == 0;
    const bool is_closed = ::close(std::exchange(file_, -1)) == 0;
    if (!is_durable || !is_closed) {
        return failed(reason());
    }
    TRY(rename());
    beside_.clear();
    const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_named = folder >= 0 && (::fsync(folder) == 0 || errno == EINVAL);
    if (folder >= 0) {
        ::close(folder);
    }
    return is_named ? Status() : Status(failed(reason()));
}

}  // namespace entrepot::tools
