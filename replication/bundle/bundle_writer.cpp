#include "replication/bundle/bundle_writer.hpp"

#include <bit>

#include "crypto/base/wire.hpp"

namespace entrepot::replication {

std::uint64_t padded_size(std::uint64_t size) {
    if (size < 2) {
        return size;
    }
    const auto exponent = static_cast<unsigned>(std::bit_width(size) - 1);
    const auto kept = static_cast<unsigned>(std::bit_width(exponent));
    const std::uint64_t mask = (std::uint64_t{1} << (exponent - kept)) - 1;
    return (size + mask) & ~mask;
}

crypto::Secret bundle_frame_key(const crypto::Secret& key, std::uint64_t frame, bool last) {
    const Bytes place = WireWriter().u64(frame).u8(last ? 1 : 0).take();
    return crypto::derive(key.view(), crypto::domain::bundle_frame, {place});
}

Result<BundleWriter> BundleWriter::create(const BundleOrigin& origin,
                                          const crypto::SigningKey& sender,
                                          std::span<const BundleRecipient> recipients,
                                          crypto::Entropy& entropy) {
    TRY_ASSIGN(auto header, make_bundle_header(origin, sender, recipients, entropy));
    return BundleWriter(std::move(header));
}

void BundleWriter::seal(ByteView plain, bool last) {
    Bytes sealed;
    crypto::seal_once(bundle_frame_key(key_, frame_, last).view(), plain, sealed);
    const auto length = static_cast<std::uint32_t>(sealed.size()) | (last ? 0x80000000u : 0u);
    append(out_, WireWriter().u32(length).raw(sealed).view());
    ++frame_;
}

void BundleWriter::add(const BundleItem& item) {
    const Bytes bytes = encode_item(item);
    size_ += bytes.size();
    append(plain_, bytes);
    while (plain_.size() >= bundle_frame_size) {
        seal(ByteView(plain_).first(bundle_frame_size), false);
        plain_.erase(plain_.begin(), plain_.begin() + bundle_frame_size);
    }
}

void BundleWriter::finish() {
    std::uint64_t padding = padded_size(size_) - size_;
    while (plain_.size() + padding > bundle_frame_size) {
        padding -= bundle_frame_size - plain_.size();
        plain_.resize(bundle_frame_size);
        seal(plain_, false);
        plain_.clear();
    }
    plain_.resize(plain_.size() + padding);
    seal(plain_, true);
    plain_.clear();
}

}  // namespace entrepot::replication
