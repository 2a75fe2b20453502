// SealedRows: values of a table sealed under one key with random nonces; table and key are bound,
// so that a row put elsewhere does not open.
#pragma once

#include "crypto/primitives.hpp"

namespace entrepot::node {

inline constexpr ErrorCode row_broken{"store.row_broken", ErrorKind::storage};

class SealedRows {
public:
    /// `key` has 32 bytes; `domain` tells rows of the link from rows of the vault.
    SealedRows(crypto::Secret key, crypto::Domain domain) : key_(std::move(key)), domain_(domain) {}

    Bytes seal(std::uint8_t table, ByteView row, ByteView plain, crypto::Entropy& entropy) const;
    Bytes seal(std::uint8_t table, std::uint64_t row, ByteView plain,
               crypto::Entropy& entropy) const;
    /// store.row_broken when the bytes are not what was sealed for this row.
    Result<Bytes> open(std::uint8_t table, ByteView row, ByteView sealed) const;
    Result<Bytes> open(std::uint8_t table, std::uint64_t row, ByteView sealed) const;
    const crypto::Secret& key() const { return key_; }

private:
    crypto::Secret key_;
    crypto::Domain domain_;
};

}  // namespace entrepot::node
