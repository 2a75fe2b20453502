#include "node/backup/sealed_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "crypto/base/wire.hpp"
#include "node/roots/root_key.hpp"

namespace entrepot::node {
namespace {

constexpr std::string_view magic = "EPK1";
constexpr std::size_t frame_size = 64 * 1024;
constexpr std::size_t slot_limit = 4096;
constexpr std::size_t key_size = 32;

crypto::Secret frame_key(const crypto::Secret& key, std::uint64_t number, bool is_last) {
    WireWriter place;
    place.u64(number).u8(is_last ? 1 : 0);
    return crypto::derive(key.view(), crypto::domain::backup, {place.take()});
}

std::string reason() {
    return std::strerror(errno);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

}  // namespace

Result<std::unique_ptr<SealedWriter>> SealedWriter::create(const std::filesystem::path& path,
                                                           const Credential& credential,
                                                           crypto::Entropy& entropy) {
    TRY(check_fresh_credential(credential));
    std::error_code failed;
    if (std::filesystem::exists(path, failed)) {
        return Error{backup_exists, path.string() + " is there already; choose another name"};
    }
    crypto::Secret key = entropy.secret(key_size);
    TRY_ASSIGN(const Bytes slot, seal_under(credential, key.view(), entropy));
    const std::string beside = path.string() + ".part";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return Error{backup_not_written, path.string() + ": " + reason()};
    }
    std::unique_ptr<SealedWriter> out(new SealedWriter(path, file, std::move(key)));
    WireWriter head;
    head.raw(as_bytes(magic)).sized16(slot);
    TRY(out->put(head.take()));
    return out;
}

SealedWriter::~SealedWriter() {
    ::close(file_);
    if (!finished_) {
        std::error_code ignored;
        std::filesystem::remove(beside(), ignored);
    }
}

Status SealedWriter::put(ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return Error{backup_not_written, path_.string() + ": " + reason()};
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

/// Length of the sealed frame and whether it is the last, then the frame.
Status SealedWriter::put_frame(bool is_last) {
    Bytes sealed;
    crypto::seal_once(frame_key(key_, frames_, is_last).view(), pending_, sealed);
    WireWriter head;
    head.u32(static_cast<std::uint32_t>(sealed.size())).u8(is_last ? 1 : 0);
    ++frames_;
    pending_.clear();
    TRY(put(head.take()));
    return put(sealed);
}

Status SealedWriter::write(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t room = std::min(frame_size - pending_.size(), bytes.size());
        append(pending_, bytes.first(room));
        bytes = bytes.subspan(room);
        if (pending_.size() == frame_size) {
            TRY(put_frame(false));
        }
    }
    return {};
}

Status SealedWriter::finish() {
    TRY(put_frame(true));
    if (::fsync(file_) != 0 || ::rename(beside().c_str(), path_.c_str()) != 0) {
        return Error{backup_not_written, path_.string() + ": " + reason()};
    }
    finished_ = true;
    const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) {
        ::close(folder);
    }
    return synced ? Status() : Error{backup_not_written, path_.string() + ": " + reason()};
}

Result<std::unique_ptr<SealedReader>> SealedReader::open(const std::filesystem::path& path,
                                                         const Credential& credential) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return Error{backup_unreadable, path.string() + ": " + reason()};
    }
    std::unique_ptr<SealedReader> out(new SealedReader(file, {}));
    const auto head = out->take(magic.size() + 2);
    if (!head || as_text(ByteView(*head).first(magic.size())) != magic) {
        return Error{backup_malformed, path.string() + " is no backup of a node"};
    }
    WireReader reader(ByteView(*head).subspan(magic.size()));
    const std::size_t size = reader.u16();
    if (size == 0 || size > slot_limit) {
        return Error{backup_malformed, path.string() + " has no key slot"};
    }
    TRY_ASSIGN(const Bytes slot, out->take(size));
    TRY_ASSIGN(out->key_, open_under(credential, slot));
    if (out->key_.view().size() != key_size) {
        return Error{backup_malformed, path.string() + " has a key of another length"};
    }
    return out;
}

SealedReader::~SealedReader() {
    ::close(file_);
}

Result<Bytes> SealedReader::take(std::size_t count) {
    Bytes out(count);
    std::size_t got = 0;
    while (got < count) {
        const ssize_t part = ::read(file_, out.data() + got, count - got);
        if (part < 0 && errno == EINTR) {
            continue;
        }
        if (part < 0) {
            return Error{backup_unreadable, reason()};
        }
        if (part == 0) {
            return Error{backup_cut_short, "the backup ends after frame " +
                                               std::to_string(frames_) + ": copy it again"};
        }
        got += static_cast<std::size_t>(part);
    }
    return out;
}

Status SealedReader::next_frame() {
    if (was_last_) {
        return Error{backup_malformed, "the backup's content ends too early"};
    }
    TRY_ASSIGN(const Bytes head, take(5));
    WireReader reader(head);
    const std::size_t size = reader.u32();
    const std::uint8_t last = reader.u8();
    if (size < crypto::aead_overhead || size > frame_size + crypto::aead_overhead || last > 1) {
        return Error{backup_altered, "frame " + std::to_string(frames_ + 1) + " is no frame"};
    }
    TRY_ASSIGN(const Bytes sealed, take(size));
    auto opened = crypto::open_once(frame_key(key_, frames_, last == 1).view(), sealed);
    if (!opened) {
        return Error{backup_altered, "frame " + std::to_string(frames_ + 1) +
                                         " is damaged, or stands in another place"};
    }
    ++frames_;
    was_last_ = last == 1;
    frame_ = *std::move(opened);
    used_ = 0;
    return {};
}

Result<Bytes> SealedReader::read(std::size_t count) {
    Bytes out;
    out.reserve(count);
    while (out.size() < count) {
        if (used_ == frame_.size()) {
            TRY(next_frame());
            continue;
        }
        const std::size_t part = std::min(count - out.size(), frame_.size() - used_);
        append(out, ByteView(frame_).subspan(used_, part));
        used_ += part;
    }
    return out;
}

Status SealedReader::finish() {
    while (!was_last_ && used_ == frame_.size()) {
        TRY(next_frame());
    }
    std::uint8_t more = 0;
    if (used_ != frame_.size() || ::read(file_, &more, 1) != 0) {
        return Error{backup_malformed, "something follows the backup's content"};
    }
    return {};
}

}  // namespace entrepot::node
