// QrCode: a short text as a square of dark and light modules, for a terminal, as SVG or as PNG. The
// one place that knows the library that makes it. Text of the alphanumeric set (capitals, digits,
// space and $%*+-./:) takes the least room; at most about 3,000 characters at the correction used.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.hpp"
#include "crypto/base/bytes.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode qr_too_long{"qr.too_long", ErrorKind::invalid_input};

class QrCode {
public:
    /// With error correction M: a seventh of it may be unreadable. qr.too_long.
    static Result<QrCode> of(std::string_view text);

    std::size_t side() const { return side_; }  ///< modules, without the light margin
    bool is_dark(std::size_t row, std::size_t column) const;

    /// Two modules a character, by half blocks, dark on light with the margin; one line each.
    std::vector<std::string> lines() const;
    std::string svg() const;
    /// One bit a pixel, eight pixels a module.
    Bytes png() const;

private:
    QrCode(std::size_t side, std::vector<bool> dark) : side_(side), dark_(std::move(dark)) {}
    /// The same with a margin of four modules around.
    bool is_dark_with_margin(std::size_t row, std::size_t column) const;
    std::size_t side_with_margin() const;

    std::size_t side_ = 0;
    std::vector<bool> dark_;
};

}  // namespace entrepot::tools
