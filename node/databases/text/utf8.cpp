#include "node/databases/text/utf8.hpp"

#include <array>
#include <cstdint>

namespace entrepot::node {

namespace {

/// Length of the well-formed sequence at the start of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        const bool good = follows(1) && follows(2) && !(first == 0xe0 && byte(1) < 0xa0) &&
                          !(first == 0xed && byte(1) > 0x9f);
        return good ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool good = follows(1) && follows(2) && follows(3) &&
                          !(first == 0xf0 && byte(1) < 0x90) && !(first == 0xf4 && byte(1) > 0x8f);
        return good ? 4 : 0;
    }
    return 0;
}

std::uint32_t lower_of(std::uint32_t letter) {
    if ((letter >= 0xc0 && letter <= 0xde && letter != 0xd7) ||
        (letter >= 0x391 && letter <= 0x3a9) || (letter >= 0x410 && letter <= 0x42f)) {
        return letter + 0x20;
    }
    if (letter >= 0x400 && letter <= 0x40f) {
        return letter + 0x50;
    }
    const bool even_capitals =
        (letter >= 0x100 && letter <= 0x137 && letter != 0x130) ||
        (letter >= 0x14a && letter <= 0x177) || (letter >= 0x460 && letter <= 0x481) ||
        (letter >= 0x48a && letter <= 0x4bf) || (letter >= 0x1e00 && letter <= 0x1e95) ||
        (letter >= 0x1ea0 && letter <= 0x1eff);
    if (even_capitals) {
        return letter | 1;
    }
    const bool odd_capitals =
        (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17e);
    return odd_capitals && (letter & 1) == 1 ? letter + 1 : letter;
}

void append_lower(std::string& out, std::string_view sequence) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
    };
    if (sequence.size() == 2) {
        const std::uint32_t lower = lower_of((byte(0) & 0x1f) << 6 | (byte(1) & 0x3f));
        out += static_cast<char>(0xc0 | lower >> 6);
        out += static_cast<char>(0x80 | (lower & 0x3f));
        return;
    }
    const std::uint32_t lower =
        lower_of((byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f));
    out += static_cast<char>(0xe0 | lower >> 12);
    out += static_cast<char>(0x80 | (lower >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (lower & 0x3f));
}

void append_two(std::string& out, std::uint32_t letter) {
    out += static_cast<char>(0xc0 | letter >> 6);
    out += static_cast<char>(0x80 | (letter & 0x3f));
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (text.size() >= 8) {
            std::uint64_t word = 0;
            text.copy(reinterpret_cast<char*>(&word), sizeof word);
            if ((word & 0x8080808080808080U) == 0) {
                text.remove_prefix(8);
                continue;
            }
        }
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

bool has_control(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) {
            return true;
        }
    }
    return false;
}

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (const char c = text[0]; static_cast<unsigned char>(c) < 0x80) {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            text.remove_prefix(1);
            continue;
        }
        const std::size_t length = sequence_length(text);
        if (length == 2 || length == 3) {
            append_lower(out, text.substr(0, length));
        } else {
            out.append(text.substr(0, length == 4 ? 4 : 1));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view no_break = "\xc2\xa0";
    for (bool again = true; again && !text.empty();) {
        again = false;
        if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) {
            text.remove_prefix(1);
            again = true;
        } else if (text.substr(0, 2) == no_break) {
            text.remove_prefix(2);
            again = true;
        }
    }
    for (bool again = true; again && !text.empty();) {
        again = false;
        if (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r')) {
            text.remove_suffix(1);
            again = true;
        } else if (text.size() >= 2 && text.substr(text.size() - 2) == no_break) {
            text.remove_suffix(2);
            again = true;
        }
    }
    return text;
}

std::string fold_entry(std::string_view text) {
    const std::string folded = fold_case(trim(text));
    std::string out;
    out.reserve(folded.size());
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const bool no_break = folded[i] == '\xc2' && folded[i + 1] == '\xa0';
        const bool blank = no_break || folded[i] == ' ' || (folded[i] >= '\t' && folded[i] <= '\r');
        if (!blank) {
            out += folded[i];
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
        i += no_break ? 1 : 0;
    }
    return out;
}

std::string shorten(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return std::string(text);
    }
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
        --end;
    }
    return std::string(text.substr(0, end)) + "…";
}

std::string from_windows_1252(std::string_view bytes) {
    static constexpr std::array<std::uint16_t, 32> high{
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    std::string out;
    out.reserve(bytes.size() + 8);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        const std::uint32_t letter = byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
        if (letter < 0x80) {
            out += c;
        } else if (letter < 0x800) {
            append_two(out, letter);
        } else {
            out += static_cast<char>(0xe0 | letter >> 12);
            out += static_cast<char>(0x80 | (letter >> 6 & 0x3f));
            out += static_cast<char>(0x80 | (letter & 0x3f));
        }
    }
    return out;
}

}  // namespace entrepot::node
