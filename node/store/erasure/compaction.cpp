#include "node/store/erasure/compaction.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace entrepot::node {
namespace {

std::filesystem::path copy_of(const std::filesystem::path& directory) {
    return directory.string() + ".compacted";
}

Error failed_to(const std::string& what, const std::filesystem::path& path) {
    return {store_unreadable, "cannot " + what + " " + path.string() + ": " +
                                  std::error_code(errno, std::generic_category()).message()};
}

Status sync_path(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const Status out = synced ? Status() : Status(failed_to("sync", path));
    if (file >= 0) {
        ::close(file);
    }
    return out;
}

Status remove_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::remove_all(folder, failed);
    return failed ? Status(Error{store_unreadable, "cannot remove " + folder.string() + ": " +
                                                       failed.message()})
                  : Status();
}

}  // namespace

Status remove_copies(const std::filesystem::path& directory) {
    TRY(remove_folder(directory.string() + ".damaged"));
    TRY(remove_folder(directory.string() + ".new"));
    TRY(remove_folder(copy_of(copy_of(directory))));
    return remove_folder(copy_of(directory));
}

Status remove_database(const std::filesystem::path& directory) {
    TRY(remove_copies(directory));
    return remove_folder(directory);
}

Result<std::unique_ptr<Environment>> compacted_copy(const Environment& original,
                                                    const std::filesystem::path& directory,
                                                    const EnvironmentOptions& options) {
    const auto copy = copy_of(directory);
    TRY(remove_folder(copy));
    if (::mkdir(copy.c_str(), 0700) != 0) {
        return failed_to("make", copy);
    }
    Status copied = original.copy_compacted(copy);
    if (!copied) {
        static_cast<void>(remove_folder(copy));
        return std::move(copied).error();
    }
    TRY(sync_path(copy / "data.mdb"));
    return Environment::open(copy, options);
}

Status Environment::replace_by(Environment& fresh) {
    if (::renameat2(AT_FDCWD, fresh.path_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) !=
        0) {
        return failed_to("replace", path_);
    }
    std::swap(path_, fresh.path_);
    TRY(sync_path(std::filesystem::path(fresh.path_).parent_path()));
    return remove_folder(path_);
}

}  // namespace entrepot::node
