#include "tools/commands/terminal/printable.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace entrepot::tools {
namespace {

constexpr std::uint32_t broken = 0xFFFFFFFF;

struct Character {
    std::uint32_t code = broken;
    std::size_t bytes = 1;
};

/// The character at the start; `broken` and one byte when that is not UTF-8.
Character decode(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte(0) < 0x80) {
        return {byte(0), 1};
    }
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) {
        return {};
    }
    std::uint32_t code = byte(0) & (0xFFU >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0U) != 0x80U) {
            return {};
        }
        code = code << 6 | (byte(at) & 0x3FU);
    }
    const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    const bool valid = code >= least && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    return valid ? Character{code, length} : Character{};
}

bool is_hidden(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x61C ||
           (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xFFF0 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE0FFF);
}

std::string spelled(char kind, std::uint32_t value) {
    std::array<char, 16> out{};
    std::snprintf(out.data(), out.size(), "\\%c{%02x}", kind, value);
    return out.data();
}

std::size_t width(std::uint32_t code) {
    const bool combining = (code >= 0x300 && code <= 0x36F) || (code >= 0x483 && code <= 0x489) ||
                           (code >= 0x591 && code <= 0x5BD) || (code >= 0x610 && code <= 0x61A) ||
                           (code >= 0x64B && code <= 0x65F) || (code >= 0x1AB0 && code <= 0x1AFF) ||
                           (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE00 && code <= 0xFE0F);
    const bool wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
                      (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
                      (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
                      (code >= 0x1F300 && code <= 0x1FAFF) || (code >= 0x20000 && code <= 0x3FFFD);
    return combining ? 0 : wide ? 2 : 1;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Character next = decode(text);
        if (next.code == broken) {
            out += spelled('x', static_cast<unsigned char>(text[0]));
        } else if (is_hidden(next.code)) {
            out += spelled('u', next.code);
        } else {
            out += text.substr(0, next.bytes);
        }
        text.remove_prefix(next.bytes);
    }
    return out;
}

std::size_t columns_of(std::string_view printable_text) {
    std::size_t columns = 0;
    while (!printable_text.empty()) {
        const Character next = decode(printable_text);
        columns += width(next.code);
        printable_text.remove_prefix(next.bytes);
    }
    return columns;
}

std::string shortened(std::string_view printable_text, std::size_t columns) {
    if (columns_of(printable_text) <= columns || columns == 0) {
        return std::string(printable_text);
    }
    std::string out;
    for (std::size_t taken = 0; !printable_text.empty();) {
        const Character next = decode(printable_text);
        taken += width(next.code);
        if (taken > columns - 1) {
            break;
        }
        out += printable_text.substr(0, next.bytes);
        printable_text.remove_prefix(next.bytes);
    }
    return out + "…";
}

}  // namespace entrepot::tools
