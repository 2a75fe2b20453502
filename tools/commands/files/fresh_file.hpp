// FreshFile: a file that appears whole or not at all: written beside its place under another name,
// made durable, then given its name. For files that leave the machine, such as a bundle on a stick:
// readable by this account alone where the file system knows accounts.
#pragma once

#include <filesystem>

#include "node/access/node_directory.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode file_exists{"file.exists", ErrorKind::conflict};

/// file.exists when something has that name: for files that no option lets write over.
Status check_free(const std::filesystem::path& path);

class FreshFile {
public:
    enum class Existing { refuse, replace };

    /// file.exists when there is a file and it is not to be replaced; file.not_written says why
    /// there can be none (no such folder, no right, a read-only or full disk).
    static Result<FreshFile> begin(const std::filesystem::path& path, Existing existing);
    FreshFile(FreshFile&& other) noexcept;
    FreshFile& operator=(FreshFile&&) = delete;
    /// Removes what was written, unless finish() gave it its name.
    ~FreshFile();

    /// file.not_written, such as a full disk.
    Status write(ByteView bytes);
    /// Makes it durable under its name; file.exists when somebody else was faster.
    Status finish();
    std::uint64_t size() const { return size_; }
    const std::filesystem::path& path() const { return path_; }

private:
    FreshFile(std::filesystem::path path, std::filesystem::path beside, int file, Existing existing)
        : path_(std::move(path)), beside_(std::move(beside)), file_(file), existing_(existing) {}
    Error failed(const std::string& why) const;
    Status rename();

    std::filesystem::path path_;
    std::filesystem::path beside_;  ///< empty once it has its name
    int file_ = -1;
    Existing existing_ = Existing::refuse;
    std::uint64_t size_ = 0;
};

}  // namespace entrepot::tools
