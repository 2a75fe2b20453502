#include "tools/commands/terminal/qr_code.hpp"

#include <qrencode.h>

#include <algorithm>
#include <memory>

namespace entrepot::tools {
namespace {

constexpr std::size_t margin = 4;  ///< light modules that readers want around
constexpr std::size_t scale = 8;   ///< pixels a module
constexpr std::size_t stored_most = 65535;

void add_u32(Bytes& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

std::uint32_t checksum(ByteView bytes) {
    std::uint32_t out = 0xffffffff;
    for (const std::uint8_t byte : bytes) {
        out ^= byte;
        for (int bit = 0; bit < 8; ++bit) {
            out = (out >> 1) ^ ((out & 1) != 0 ? 0xedb88320 : 0);
        }
    }
    return ~out;
}

void add_chunk(Bytes& out, std::string_view type, ByteView content) {
    add_u32(out, static_cast<std::uint32_t>(content.size()));
    const std::size_t from = out.size();
    out.insert(out.end(), type.begin(), type.end());
    out.insert(out.end(), content.begin(), content.end());
    add_u32(out, checksum(ByteView(out).subspan(from)));
}

/// A zlib stream that stores its input as it is: a code is small enough.
Bytes stored_stream(ByteView bytes) {
    Bytes out{0x78, 0x01};
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const std::uint8_t byte : bytes) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
    }
    for (std::size_t at = 0; at < bytes.size(); at += stored_most) {
        const ByteView block = bytes.subspan(at, std::min(stored_most, bytes.size() - at));
        out.push_back(at + block.size() == bytes.size() ? 1 : 0);
        for (const std::size_t size : {block.size(), ~block.size()}) {
            out.push_back(static_cast<std::uint8_t>(size));
            out.push_back(static_cast<std::uint8_t>(size >> 8));
        }
        out.insert(out.end(), block.begin(), block.end());
    }
    add_u32(out, (b << 16) | a);
    return out;
}

}  // namespace

Result<QrCode> QrCode::of(std::string_view text) {
    const std::string owned(text);
    const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
        QRcode_encodeString(owned.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), QRcode_free);
    if (!code) {
        return Error{qr_too_long, std::to_string(text.size()) +
                                      " characters are too many for one QR code"};
    }
    const auto side = static_cast<std::size_t>(code->width);
    std::vector<bool> dark(side * side);
    for (std::size_t i = 0; i < dark.size(); ++i) {
        dark[i] = (code->data[i] & 1) != 0;
    }
    return QrCode(side, std::move(dark));
}

bool QrCode::is_dark(std::size_t row, std::size_t column) const {
    return row < side_ && column < side_ && dark_[row * side_ + column];
}

std::size_t QrCode::side_with_margin() const {
    return side_ + 2 * margin;
}

bool QrCode::is_dark_with_margin(std::size_t row, std::size_t column) const {
    return row >= margin && column >= margin && is_dark(row - margin, column - margin);
}

std::vector<std::string> QrCode::lines() const {
    std::vector<std::string> out;
    for (std::size_t row = 0; row < side_with_margin(); row += 2) {
        std::string line;
        for (std::size_t column = 0; column < side_with_margin(); ++column) {
            const bool above = is_dark_with_margin(row, column);
            const bool below = is_dark_with_margin(row + 1, column);
            // Light is drawn, so that the code is right on a dark terminal.
            line += above ? (below ? " " : "\u2584") : (below ? "\u2580" : "\u2588");
        }
        out.push_back(std::move(line));
    }
    return out;
}

std::string QrCode::svg() const {
    const std::string side = std::to_string(side_with_margin());
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " +
                      side + "\"><rect width=\"" + side + "\" height=\"" + side +
                      "\" fill=\"#fff\"/><path d=\"";
    for (std::size_t row = 0; row < side_; ++row) {
        for (std::size_t column = 0; column < side_; ++column) {
            if (is_dark(row, column)) {
                out += "M" + std::to_string(column + margin) + " " + std::to_string(row + margin) +
                       "h1v1h-1z";
            }
        }
    }
    return out + "\" fill=\"#000\"/></svg>\n";
}

Bytes QrCode::png() const {
    const std::size_t pixels = side_with_margin() * scale;
    Bytes rows;
    for (std::size_t y = 0; y < pixels; ++y) {
        rows.push_back(0);  // no filter
        for (std::size_t x = 0; x < pixels; x += 8) {
            rows.push_back(is_dark_with_margin(y / scale, x / scale) ? 0x00 : 0xff);
        }
    }
    Bytes header;
    add_u32(header, static_cast<std::uint32_t>(pixels));
    add_u32(header, static_cast<std::uint32_t>(pixels));
    header.insert(header.end(), {1, 0, 0, 0, 0});  // one bit of grey
    Bytes out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    add_chunk(out, "IHDR", header);
    add_chunk(out, "IDAT", stored_stream(rows));
    add_chunk(out, "IEND", {});
    return out;
}

}  // namespace entrepot::tools
