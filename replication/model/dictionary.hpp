// The dictionaries shipped for packing, and how one is made. A dictionary once shipped is never
// removed nor altered: changes packed with it lie in logs for ever.
#pragma once

#include "crypto/base/bytes.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode dictionary_samples{"dictionary.samples", ErrorKind::invalid_input};

inline constexpr std::size_t dictionary_size = 64 * 1024;

/// Number 1, from dictionary_1.zstd_dictionary, embedded by the build.
ByteView first_dictionary_bytes();

/// A dictionary of at most dictionary_size bytes for bytes like these samples (encoded changes;
/// some thousands, at least a hundred times its size altogether). dictionary.samples when zstd
/// finds them too few or too much alike. The same samples give the same dictionary under one
/// release of zstd.
Result<Bytes> train_dictionary(const std::vector<Bytes>& samples);

}  // namespace entrepot::replication
