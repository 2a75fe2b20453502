#include "replication/bundle/bundle_reader.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::replication {
namespace {

constexpr std::uint32_t last_flag = 0x80000000u;
constexpr std::size_t item_header = 5;

void drop_front(Bytes& bytes, std::size_t count) {
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

Status BundleReader::open_header() {
    TRY_ASSIGN(auto opened, open_bundle_header(file_, self_));
    if (opened) {
        header_ = std::move(opened->header);
        key_ = std::move(opened->key);
        drop_front(file_, opened->size);
    }
    return {};
}

/// Moves one frame from `file_` to `stream_`; false when it is not here whole.
Result<bool> BundleReader::open_frame() {
    if (is_last_ && !file_.empty()) {
        return Error{bundle_too_long, "bytes after the bundle's last frame"};
    }
    if (file_.size() < 4) {
        return false;
    }
    const std::uint32_t word = WireReader(file_).u32();
    const std::size_t size = word & ~last_flag;
    if (size < crypto::aead_overhead || size > bundle_frame_size + crypto::aead_overhead) {
        return Error{bundle_damaged, "frame " + std::to_string(frame_ + 1) + " has no right size"};
    }
    if (file_.size() < 4 + size) {
        return false;
    }
    const bool last = (word & last_flag) != 0;
    const auto plain = crypto::open_once(bundle_frame_key(key_, frame_, last).view(),
                                         ByteView(file_).subspan(4, size));
    if (!plain) {
        return Error{bundle_damaged,
                     "frame " + std::to_string(frame_ + 1) + " was altered or is not in its place"};
    }
    append(stream_, *plain);
    drop_front(file_, 4 + size);
    is_last_ = last;
    ++frame_;
    return true;
}

Status BundleReader::read_items(std::vector<BundleItem>& out) {
    std::size_t done = 0;
    while (!is_padding_ && done < stream_.size()) {
        WireReader reader(ByteView(stream_).subspan(done));
        const std::uint8_t kind = reader.u8();
        is_padding_ = kind == 0;
        if (is_padding_ || stream_.size() - done < item_header) {
            break;
        }
        const std::size_t size = reader.u32();
        if (size > bundle_item_limit) {
            return Error{bundle_malformed, "an item of more than 1 MiB in a bundle"};
        }
        if (reader.rest().size() < size) {
            break;
        }
        TRY_ASSIGN(auto item, decode_item(kind, reader.raw(size)));
        out.push_back(std::move(item));
        done += item_header + size;
    }
    if (is_padding_) {
        stream_.clear();
    } else {
        drop_front(stream_, done);
    }
    return {};
}

Status BundleReader::feed(ByteView bytes, std::vector<BundleItem>& out) {
    append(file_, bytes);
    if (!header_) {
        TRY(open_header());
    }
    while (header_) {
        TRY_ASSIGN(const bool opened, open_frame());
        if (!opened) {
            break;
        }
        TRY(read_items(out));
    }
    return {};
}

Status BundleReader::finish() const {
    if (!header_) {
        return Error{bundle_cut_short, "the bundle ends within its header"};
    }
    if (!is_last_ || !stream_.empty()) {
        return Error{bundle_cut_short,
                     "the bundle ends after frame " + std::to_string(frame_) +
                         "; what came before is right and kept, ask for the rest again"};
    }
    return {};
}

}  // namespace entrepot::replication
