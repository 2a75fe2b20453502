// Sealed file: a long file written and read in sealed frames, under a fresh key that a credential
// unwraps. Nothing of it is given out before the frame it stands in was authenticated; frames
// cannot be swapped, left out or added, and the last one says that it is the last (BACKUP.md).
#pragma once

#include <memory>

#include "node/access/vault.hpp"

namespace entrepot::node {

inline constexpr ErrorCode backup_malformed{"backup.malformed", ErrorKind::refused};
inline constexpr ErrorCode backup_altered{"backup.altered", ErrorKind::refused};
inline constexpr ErrorCode backup_cut_short{"backup.cut_short", ErrorKind::refused};
inline constexpr ErrorCode backup_exists{"backup.exists", ErrorKind::invalid_input};
inline constexpr ErrorCode backup_not_written{"backup.not_written", ErrorKind::storage};
inline constexpr ErrorCode backup_unreadable{"backup.unreadable", ErrorKind::storage};

class SealedWriter {
public:
    /// Makes the file beside `path`; it gets its name by finish(). backup.exists when something has
    /// that name; vault.weak_passphrase, vault.no_credential; backup.not_written.
    static Result<std::unique_ptr<SealedWriter>> create(const std::filesystem::path& path,
                                                        const Credential& credential,
                                                        crypto::Entropy& entropy);
    /// Removes what was not finished.
    ~SealedWriter();
    SealedWriter(const SealedWriter&) = delete;

    Status write(ByteView bytes);
    /// Writes the last frame, syncs the file and gives it its name.
    Status finish();

private:
    SealedWriter(std::filesystem::path path, int file, crypto::Secret key)
        : path_(std::move(path)), file_(file), key_(std::move(key)) {}
    Status put_frame(bool is_last);
    Status put(ByteView bytes);
    std::filesystem::path beside() const { return path_.string() + ".part"; }

    std::filesystem::path path_;
    int file_ = -1;
    crypto::Secret key_;
    Bytes pending_;
    std::uint64_t frames_ = 0;
    bool finished_ = false;
};

class SealedReader {
public:
    /// backup.unreadable, backup.malformed; the keybag's codes for a wrong credential.
    static Result<std::unique_ptr<SealedReader>> open(const std::filesystem::path& path,
                                                      const Credential& credential);
    ~SealedReader();
    SealedReader(const SealedReader&) = delete;

    /// Exactly so many bytes, at most 64 KiB at once. backup.altered for a frame that was not made
    /// so, backup.cut_short where the file ends too early.
    Result<Bytes> read(std::size_t count);
    /// backup.malformed unless everything was read and nothing follows.
    Status finish();

private:
    SealedReader(int file, crypto::Secret key) : file_(file), key_(std::move(key)) {}
    Status next_frame();
    Result<Bytes> take(std::size_t count);

    int file_ = -1;
    crypto::Secret key_;
    Bytes frame_;
    std::size_t used_ = 0;
    std::uint64_t frames_ = 0;
    bool was_last_ = false;
};

}  // namespace entrepot::node
