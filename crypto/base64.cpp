#include "crypto/base64.hpp"

#include <sodium.h>

namespace entrepot::crypto {

std::string to_base64(ByteView bytes) {
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
    out.pop_back();  // the terminating zero that the library counts
    return out;
}

Result<Bytes> from_base64(std::string_view text) {
    Bytes out(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    const char* end = nullptr;
    const int rc = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr,
                                     &size, &end, sodium_base64_VARIANT_ORIGINAL);
    if (rc != 0 || end != text.data() + text.size()) {
        return Error{bytes_not_base64, "not base 64"};
    }
    out.resize(size);
    // libsodium 1.0.18 takes every byte from 0x80 on for a slash.
    if (to_base64(out) != text) {
        return Error{bytes_not_base64, "not base 64"};
    }
    return out;
}

}  // namespace entrepot::crypto
