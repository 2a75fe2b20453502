// Bytes as words that people can say, spell and type in any language: proquints, five letters for
// 16 bits (Daniel S. Wilkerson, "A Proposal for Proquints", arXiv:0901.4016). FORMAT.md says how
// many words are shown of a hash, and why. They carry no check of their own: a wrong letter is
// either no word or another value.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/bytes.hpp"

namespace entrepot::crypto {

inline constexpr ErrorCode words_unknown{"words.unknown", ErrorKind::invalid_input};
inline constexpr ErrorCode words_count{"words.count", ErrorKind::invalid_input};

/// Of a hash that people compare, eight words are said: its first 128 bits.
inline constexpr std::size_t spoken_bytes = 16;

/// One word for two bytes, joined by hyphens, in lower case; an even number of bytes.
std::string to_words(ByteView bytes);

/// The eight words of a hash.
std::string eight_words(const Hash& hash);

/// The bytes of bytes / 2 words in either case, between which stand spaces, hyphens or ends of
/// lines. words.unknown names the first word that is none and what is wrong with it; words.count
/// when there are too few or too many.
Result<Bytes> from_words(std::string_view text, std::size_t bytes);

}  // namespace entrepot::crypto
