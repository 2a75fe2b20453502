#include "node/backup/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "crypto/base/wire.hpp"
#include "node/backup/restored.hpp"
#include "node/machine/private_path.hpp"
#include "node/store/log_store.hpp"
#include "node/store/page_walk.hpp"
#include "replication/roster/roster_file.hpp"

namespace entrepot::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = 64 * 1024;
constexpr std::size_t name_limit = 200;
constexpr std::uint64_t size_limit = std::uint64_t{1} << 42;
constexpr std::size_t files_limit = 4096;

/// One file: where it is now, and under which name it stands in the backup.
struct Packed {
    fs::path from;
    std::string name;
};

/// A folder that goes when the backup is made, or was given up.
class ScratchFolder {
public:
    explicit ScratchFolder(fs::path path) : path_(std::move(path)) { remove(); }
    ~ScratchFolder() { remove(); }
    ScratchFolder(const ScratchFolder&) = delete;
    const fs::path& path() const { return path_; }

private:
    void remove() const {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path_;
};

Status make_private_folder(const fs::path& path) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return Error{backup_not_written, "cannot make " + path.string()};
    }
    return {};
}

/// Realms of partners, by the name of their folder.
std::vector<std::string> realms_of(const NodeDirectory& directory) {
    std::vector<std::string> out;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(directory.partners(), failed)) {
        out.push_back(entry.path().filename().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// A log store as of now, without its free pages; checked page by page.
Status copy_log(const fs::path& log, const fs::path& to) {
    const auto options = LogStore::options(LogStore::Access::read_only);
    TRY_ASSIGN(const auto environment, Environment::open(log, options));
    TRY(make_private_folder(to));
    TRY(environment->copy_compacted(to));
    TRY(check_pages(to, options));
    return {};
}

Result<std::vector<Packed>> gather(const NodeDirectory& directory, const fs::path& scratch) {
    std::vector<Packed> out;
    TRY(make_private_folder(scratch));
    TRY(copy_log(directory.log(), scratch / "log"));
    out.push_back({scratch / "log" / "data.mdb", "log/data.mdb"});
    for (const std::string& realm : realms_of(directory)) {
        const std::string name = "partners/" + realm + "/log";
        TRY(make_private_folder(scratch / "partners"));
        TRY(make_private_folder(scratch / "partners" / realm));
        TRY(copy_log(directory.partner(realm).log(), scratch / name));
        out.push_back({scratch / name / "data.mdb", name + "/data.mdb"});
    }
    for (const auto& slot : directory.slot_files()) {
        out.push_back({slot, "slots/" + slot.filename().string()});
    }
    for (const auto& file : {directory.service_slot(), directory.officers(), directory.request(),
                             directory.attempts(), directory.device_secret()}) {
        std::error_code failed;  // a device secret that lies elsewhere, behind a link, stays there
        if (fs::is_regular_file(fs::symlink_status(file, failed))) {
            out.push_back({file, file.filename().string()});
        }
    }
    return out;
}

std::uint64_t size_of(const fs::path& path) {
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    return failed ? 0 : size;
}

Status pack(SealedWriter& out, const Packed& file, const std::function<void(std::size_t)>& done) {
    const std::uint64_t size = size_of(file.from);
    WireWriter head;
    head.sized16(as_bytes(file.name)).u64(size);
    TRY(out.write(head.take()));
    std::ifstream in(file.from, std::ios::binary);
    std::uint64_t left = size;
    Bytes part(piece);
    while (left > 0) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece));
        if (!in.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(wanted))) {
            return Error{backup_not_written, file.from.string() + " cannot be read whole"};
        }
        TRY(out.write(ByteView(part).first(wanted)));
        left -= wanted;
        done(wanted);
    }
    return {};
}

/// A name that a node's backup has, and no other: nothing is written outside of the node's folder.
bool is_known_name(const std::string& name) {
    static const std::set<std::string, std::less<>> plain{
        "log/data.mdb", "service.slot", "officers.sealed", "request.epq", "attempts",
        "device.secret"};
    const auto is_plain_word = [](std::string_view word) {
        return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        });
    };
    const std::string_view text = name;
    if (text.starts_with("slots/") && text.ends_with(".slot")) {
        return is_plain_word(text.substr(6, text.size() - 11));
    }
    constexpr std::string_view end = "/log/data.mdb";
    if (text.starts_with("partners/") && text.ends_with(end)) {
        return is_plain_word(text.substr(9, text.size() - 9 - end.size()));
    }
    return plain.contains(text);
}

/// Gives each file's name and size, then its bytes, in order.
struct Unpack {
    std::function<Status(const std::string& name, std::uint64_t size)> begin;
    std::function<Status(ByteView part)> part;
};

Result<BackupFacts> unpack(SealedReader& in, const Unpack& to) {
    BackupFacts out;
    while (true) {
        TRY_ASSIGN(const Bytes length, in.read(2));
        const std::size_t size = WireReader(length).u16();
        if (size == 0) {
            TRY(in.finish());
            return out;
        }
        if (size > name_limit || out.files >= files_limit) {
            return Error{backup_malformed, "a name or a number of files that no node has"};
        }
        TRY_ASSIGN(const Bytes name_bytes, in.read(size));
        TRY_ASSIGN(const Bytes bytes, in.read(8));
        const std::string name(as_text(name_bytes));
        std::uint64_t left = WireReader(bytes).u64();
        if (!is_known_name(name) || left > size_limit) {
            return Error{backup_malformed, "a file that no node has"};
        }
        ++out.files;
        out.bytes += left;
        TRY(to.begin(name, left));
        while (left > 0) {
            TRY_ASSIGN(const Bytes part,
                       in.read(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece))));
            TRY(to.part(part));
            left -= part.size();
        }
    }
}

/// Syncs a file, or what a folder lists.
bool reach_disk(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) {
        ::close(file);
    }
    return synced;
}

/// Writes the files of a backup into a folder.
class Unpacker {
public:
    explicit Unpacker(fs::path folder) : folder_(std::move(folder)) {}

    Status begin(const std::string& name) {
        TRY(end());
        path_ = folder_ / name;
        std::error_code failed;
        fs::create_directories(path_.parent_path(), failed);
        const mode_t before = ::umask(077);
        file_.open(path_, std::ios::binary | std::ios::trunc);
        ::umask(before);
        return file_ ? Status() : Error{backup_not_written, "cannot write " + path_.string()};
    }
    Status part(ByteView bytes) {
        file_.write(reinterpret_cast<const char*>(bytes.data()),
                    static_cast<std::streamsize>(bytes.size()));
        return file_ ? Status() : Error{backup_not_written, "cannot write " + path_.string()};
    }
    Status end() {
        if (!file_.is_open()) {
            return {};
        }
        file_.close();
        return file_ && reach_disk(path_)
                   ? Status()
                   : Error{backup_not_written, "cannot write " + path_.string()};
    }

private:
    fs::path folder_, path_;
    std::ofstream file_;
};

/// Modes as a node's are, and durable.
Status narrow_folders(const fs::path& folder) {
    std::error_code failed;
    for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
        if (entry.is_directory()) {
            fs::permissions(entry.path(), fs::perms::owner_all, failed);
            if (!failed && !reach_disk(entry.path())) {
                failed = std::make_error_code(std::errc::io_error);
            }
        }
    }
    return failed ? Error{backup_not_written, folder.string() + ": " + failed.message()} : Status();
}

}  // namespace

Result<BackupFacts> make_backup(const NodeDirectory& directory, const fs::path& file,
                                const Credential& credential, crypto::Entropy& entropy,
                                const BackupProgress& progress) {
    TRY_ASSIGN(const auto out, SealedWriter::create(file, credential, entropy));
    const ScratchFolder scratch(directory.path() / "backup.scratch");
    TRY_ASSIGN(const auto files, gather(directory, scratch.path()));
    std::uint64_t all = 0, done = 0;
    for (const Packed& one : files) {
        all += size_of(one.from);
    }
    for (const Packed& one : files) {
        TRY(pack(*out, one, [&](std::size_t more) {
            done += more;
            if (progress) {
                progress(done, all);
            }
        }));
    }
    TRY(out->write(WireWriter().u16(0).take()));
    TRY(out->finish());
    return check_backup(file, credential);
}

Result<BackupFacts> check_backup(const fs::path& file, const Credential& credential) {
    TRY_ASSIGN(const auto in, SealedReader::open(file, credential));
    return unpack(*in, {[](const std::string&, std::uint64_t) { return Status(); },
                        [](ByteView) { return Status(); }});
}

Result<BackupFacts> restore_backup(const RestoreWish& wish, const Credential& credential,
                                   const BackupProgress& progress) {
    std::error_code failed;
    if (fs::exists(wish.node, failed) && !fs::is_empty(wish.node, failed)) {
        return Error{directory_exists,
                     wish.node.string() + " is not empty; choose another directory"};
    }
    TRY(check_roster_of_today(wish.roster));
    TRY_ASSIGN(const auto in, SealedReader::open(wish.file, credential));
    const ScratchFolder scratch(wish.node.string() + ".restoring");
    TRY(make_private_folder(scratch.path()));
    // Of a node that starts by itself it may be empty, and then no file of the backup makes it.
    TRY(make_private_folder(scratch.path() / "slots"));
    Unpacker to(scratch.path());
    std::uint64_t done = 0;
    TRY_ASSIGN(const BackupFacts facts,
               unpack(*in, {[&](const std::string& name, std::uint64_t) { return to.begin(name); },
                            [&](ByteView part) {
                                done += part.size();
                                if (progress) {
                                    progress(done, 0);
                                }
                                return to.part(part);
                            }}));
    TRY(to.end());
    TRY(narrow_folders(scratch.path()));
    TRY(check_pages(scratch.path() / "log", LogStore::options(LogStore::Access::read_only)));
    TRY(write_file(scratch.path() / restored_name, wish.roster));
    fs::remove(wish.node, failed);
    fs::rename(scratch.path(), wish.node, failed);
    if (!failed && !reach_disk(fs::absolute(wish.node).parent_path())) {
        failed = std::make_error_code(std::errc::io_error);
    }
    if (failed) {
        return Error{backup_not_written, wish.node.string() + ": " + failed.message()};
    }
    return facts;
}

}  // namespace entrepot::node
