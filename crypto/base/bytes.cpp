#include "crypto/base/bytes.hpp"

namespace entrepot {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::uint8_t no_digit = 0xff;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::uint8_t hex_value(char c) {
    const std::size_t at = hex_digits.find(lower(c));
    return at == std::string_view::npos ? no_digit : static_cast<std::uint8_t>(at);
}

/// The letters that people read for digits count as those digits.
std::uint8_t base32_value(char c) {
    const char low = lower(c);
    if (low == 'o') {
        return 0;
    }
    if (low == 'i' || low == 'l') {
        return 1;
    }
    const std::size_t at = base32_digits.find(low);
    return at == std::string_view::npos ? no_digit : static_cast<std::uint8_t>(at);
}

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        out.push_back(hex_digits[byte >> 4]);
        out.push_back(hex_digits[byte & 15]);
    }
    return out;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return Error{bytes_not_hex, "an odd number of hexadecimal digits"};
    }
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::uint8_t high = hex_value(text[i]);
        const std::uint8_t low = hex_value(text[i + 1]);
        if (high == no_digit || low == no_digit) {
            return Error{bytes_not_hex, "not a hexadecimal digit at character " +
                                            std::to_string(high == no_digit ? i + 1 : i + 2)};
        }
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return out;
}

std::string to_base32(ByteView bytes) {
    std::string out;
    out.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = pending << 8 | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out.push_back(base32_digits[pending >> bits & 31]);
        }
        pending &= (1u << bits) - 1;
    }
    if (bits > 0) {
        out.push_back(base32_digits[pending << (5 - bits) & 31]);
    }
    return out;
}

Result<Bytes> from_base32(std::string_view text) {
    Bytes out;
    out.reserve(text.size() * 5 / 8);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::uint8_t value = base32_value(text[i]);
        if (value == no_digit) {
            return Error{bytes_not_base32,
                         "not a base 32 character at position " + std::to_string(i + 1)};
        }
        pending = pending << 5 | value;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(pending >> bits));
        }
        pending &= (1u << bits) - 1;
    }
    if (bits >= 5) {
        return Error{bytes_not_base32,
                     std::to_string(text.size()) + " characters are one too many or too few"};
    }
    if (pending != 0) {
        return Error{bytes_not_base32, "the last character holds bits of no byte"};
    }
    return out;
}

}  // namespace entrepot
