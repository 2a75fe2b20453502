// NodeDirectory: where one installation keeps what, with the modes it must have. No name of a
// person, unit or record stands in a file name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

inline constexpr ErrorCode directory_exists{"node.exists", ErrorKind::invalid_input};
inline constexpr ErrorCode directory_missing{"node.missing", ErrorKind::not_found};
inline constexpr ErrorCode directory_unreadable{"node.unreadable", ErrorKind::storage};
inline constexpr ErrorCode directory_open_to_others{"node.open_to_others", ErrorKind::storage};
inline constexpr ErrorCode directory_in_use{"node.in_use", ErrorKind::unavailable};
inline constexpr ErrorCode file_too_large{"file.too_large", ErrorKind::invalid_input};
inline constexpr ErrorCode file_unreadable{"file.unreadable", ErrorKind::invalid_input};
inline constexpr ErrorCode file_not_written{"file.not_written", ErrorKind::storage};

/// A whole file of at most `limit` bytes; file.unreadable names it and the system's reason.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);
/// Mode 0600, written beside and renamed, both synced: there or not there, never half.
Status write_file(const std::filesystem::path& path, ByteView bytes);

class NodeDirectory {
public:
    /// node.exists unless the directory is absent or empty; made with mode 0700.
    static Result<NodeDirectory> create(const std::filesystem::path& path);
    /// node.missing when there is no node; node.open_to_others when group or others may enter it;
    /// path.* when something in it is not this account's alone.
    static Result<NodeDirectory> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path log() const { return path_ / "log"; }
    std::filesystem::path views() const { return path_ / "views"; }
    std::filesystem::path request() const { return path_ / "request.epq"; }
    std::filesystem::path device_secret() const { return path_ / "device.secret"; }
    std::filesystem::path slots() const { return path_ / "slots"; }
    std::filesystem::path officers() const { return path_ / "officers.sealed"; }
    std::filesystem::path attempts() const { return path_ / "attempts"; }
    std::filesystem::path service_slot() const { return path_ / "service.slot"; }
    std::filesystem::path link_socket() const { return path_ / "link.sock"; }
    std::filesystem::path worker_socket() const { return path_ / "worker.sock"; }
    /// Stores of the realms shared with partners, each in a folder named by its roster's id.
    std::filesystem::path partners() const { return path_ / "partners"; }
    /// The folder of one such realm, as a directory of its own; made by the link.
    NodeDirectory partner(const std::string& realm) const {
        return NodeDirectory(partners() / realm);
    }
    std::filesystem::path trace() const { return path_ / "trace.log"; }
    /// Slot files in order of their numbers.
    std::vector<std::filesystem::path> slot_files() const;

private:
    explicit NodeDirectory(std::filesystem::path path) : path_(std::move(path)) {}
    Status check_entries() const;
    std::filesystem::path path_;
};

/// Held for as long as a process runs the node, so that a second one is told (node.in_use).
class NodeLock {
public:
    static Result<NodeLock> take(const NodeDirectory& directory);
    NodeLock(NodeLock&& other) noexcept;
    NodeLock(const NodeLock&) = delete;
    ~NodeLock();

private:
    explicit NodeLock(int file) : file_(file) {}
    int file_ = -1;
};

}  // namespace entrepot::node
