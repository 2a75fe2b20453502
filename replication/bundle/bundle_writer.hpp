// BundleWriter: gives the bytes of a bundle, piece by piece, for the caller to write to a file. The
// items must come in the order a session would send them: roster first. Sans-I/O.
#pragma once

#include "replication/bundle/bundle_item.hpp"

namespace entrepot::replication {

/// Plaintext of a frame but the last.
inline constexpr std::size_t bundle_frame_size = 64 * 1024;

class BundleWriter {
public:
    /// As make_bundle_header.
    static Result<BundleWriter> create(const BundleOrigin& origin, const crypto::SigningKey& sender,
                                       std::span<const BundleRecipient> recipients,
                                       crypto::Entropy& entropy);

    /// Bytes to be written so far; the header comes with the first call.
    Bytes take() { return std::exchange(out_, {}); }
    void add(const BundleItem& item);
    /// Pads (see padded_size) and closes the last frame; nothing may be added afterwards.
    void finish();

private:
    explicit BundleWriter(SealedHeader header)
        : key_(std::move(header.key)), out_(std::move(header.bytes)) {}
    void seal(ByteView plain, bool last);

    crypto::Secret key_;
    Bytes out_;
    Bytes plain_;
    std::uint64_t frame_ = 0;
    std::uint64_t size_ = 0;  ///< of all items
};

/// The least size not below `size` of which only the leading bits tell: at most 12 % more, and
/// O(log log size) bits are learnt from it. Padmé, from Nikitin et al., "Reducing Metadata Leakage
/// from Encrypted Files and Communication with PURBs" (PoPETs 2019).
std::uint64_t padded_size(std::uint64_t size);

/// Key of one frame: it seals nothing else.
crypto::Secret bundle_frame_key(const crypto::Secret& key, std::uint64_t frame, bool last);

}  // namespace entrepot::replication
