// BundleReader: takes the bytes of a bundle as they come and gives its items in order. Each frame
// is checked before anything in it is read, so what came before a damaged frame is right and
// stays; what follows is missing, and finish() says so. Judges no item: Replica does.
#pragma once

#include "replication/bundle/bundle_item.hpp"
#include "replication/bundle/bundle_writer.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode bundle_damaged{"bundle.damaged", ErrorKind::refused};
inline constexpr ErrorCode bundle_cut_short{"bundle.cut_short", ErrorKind::refused};
inline constexpr ErrorCode bundle_too_long{"bundle.too_long", ErrorKind::refused};

class BundleReader {
public:
    /// `self` must outlive the reader.
    explicit BundleReader(const crypto::RelayKeys& self) : self_(self) {}

    /// Appends to `out` the items that are whole with these bytes, also those before an error;
    /// after one nothing more is given. Besides the codes of open_bundle_header: bundle.damaged for
    /// a frame that was altered, moved, repeated or left out; bundle.too_long for bytes after the
    /// last frame; bundle.malformed for an item that is none. Holds at most one frame, one item and
    /// what was not read of `bytes`.
    Status feed(ByteView bytes, std::vector<BundleItem>& out);
    /// bundle.cut_short unless the last frame has come and ends with an item.
    Status finish() const;
    /// Once it has come and is right.
    const std::optional<BundleHeader>& header() const { return header_; }
    /// Frames that were right so far.
    std::uint64_t frames() const { return frame_; }

private:
    Status open_header();
    Result<bool> open_frame();
    Status read_items(std::vector<BundleItem>& out);

    const crypto::RelayKeys& self_;
    std::optional<BundleHeader> header_;
    crypto::Secret key_;
    Bytes file_;    ///< not opened yet
    Bytes stream_;  ///< opened, not read yet
    std::uint64_t frame_ = 0;
    bool is_padding_ = false;
    bool is_last_ = false;
};

}  // namespace entrepot::replication
