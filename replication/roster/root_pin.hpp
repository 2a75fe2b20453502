// RootPin: what an installer was told, from another channel, of an administration's root
// fingerprint: all of it, or the 16 bytes that eight words hold (crypto/FORMAT.md says why that is
// enough). All that was told is compared. A roster once held is pinned by its whole fingerprint.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/bytes.hpp"

namespace entrepot::replication {

class RootPin {
public:
    RootPin(const Hash& whole) : told_(whole.bytes.begin(), whole.bytes.end()) {}

    /// Eight words, or the whole fingerprint as 52 characters in base 32; spaces and hyphens
    /// anywhere between. words.unknown and words.count; bytes.not_base32 and bytes.wrong_length
    /// for a text with digits, which no words hold.
    static Result<RootPin> from_text(std::string_view text);

    bool matches(const Hash& fingerprint) const;
    /// Reads back as the same pin.
    std::string text() const;

private:
    explicit RootPin(Bytes told) : told_(std::move(told)) {}

    Bytes told_;  ///< the first 16 bytes of the fingerprint, or all 32
};

}  // namespace entrepot::replication
