#include "node/worker/secret_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/databases/text/utf8.hpp"
#include "node/desk/record_desk.hpp"

namespace entrepot::node {
namespace {

constexpr std::uint32_t first_high = 0xD800, first_low = 0xDC00, after_low = 0xE000;

Error unfit() {
    return {request_body, "a passphrase is a text of at most " +
                              std::to_string(longest_secret_text) + " bytes in UTF-8"};
}

/// Where a JSON string ends whose first character stands at `at`: its closing quote, or the end.
std::size_t end_of_string(ByteView text, std::size_t at) {
    while (at < text.size() && text[at] != '"') {
        at += text[at] == '\\' ? 2 : 1;
    }
    return std::min(at, text.size());
}

std::size_t skip_blanks(ByteView text, std::size_t at) {
    while (at < text.size() && std::string_view(" \t\r\n").find(static_cast<char>(text[at])) !=
                                   std::string_view::npos) {
        ++at;
    }
    return at;
}

/// Decodes what stands between the quotes of a JSON string, straight into locked memory.
class Decoder {
public:
    explicit Decoder(ByteView raw) : raw_(raw) {}

    Result<crypto::Secret> run() {
        while (at_ < raw_.size()) {
            const std::uint8_t c = raw_[at_++];
            if (c != '\\') {
                put(c);
            } else if (!escape()) {
                return unfit();
            }
        }
        const ByteView text = out_.view().first(std::min(size_, longest_secret_text));
        if (size_ > longest_secret_text || !is_utf8(as_text(text))) {
            return unfit();
        }
        return crypto::Secret::copy_of(text);
    }

private:
    void put(std::uint32_t byte) {
        if (size_ < longest_secret_text) {
            out_.mutable_view()[size_] = static_cast<std::uint8_t>(byte);
        }
        ++size_;
    }
    bool escape() {
        constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        const char c = at_ < raw_.size() ? static_cast<char>(raw_[at_++]) : '\0';
        if (c == 'u') {
            return escaped_point();
        }
        const auto found = letters.find(c);
        if (found != std::string_view::npos) {
            put(static_cast<std::uint8_t>(meant[found]));
        }
        return found != std::string_view::npos;
    }
    std::optional<std::uint32_t> four_digits() {
        constexpr std::string_view digits = "0123456789abcdef";
        std::uint32_t out = 0;
        for (int i = 0; i < 4; ++i) {
            const std::uint8_t c = at_ < raw_.size() ? raw_[at_++] : std::uint8_t{0};
            const bool is_capital = c >= 'A' && c <= 'F';
            const auto digit = digits.find(static_cast<char>(is_capital ? c - 'A' + 'a' : c));
            if (digit == std::string_view::npos) {
                return std::nullopt;
            }
            out = out * 16 + static_cast<std::uint32_t>(digit);
        }
        return out;
    }
    bool escaped_point() {
        auto point = four_digits();
        if (point && *point >= first_high && *point < first_low) {
            const bool goes_on = at_ + 1 < raw_.size() && raw_[at_] == '\\' && raw_[at_ + 1] == 'u';
            at_ += goes_on ? 2 : 0;
            const auto low = goes_on ? four_digits() : std::nullopt;
            if (!low || *low < first_low || *low >= after_low) {
                return false;
            }
            point = 0x10000 + ((*point - first_high) << 10) + (*low - first_low);
        } else if (point && *point >= first_low && *point < after_low) {
            return false;
        }
        return point && put_point(*point);
    }
    bool put_point(std::uint32_t point) {
        if (point < 0x80) {
            put(point);
            return true;
        }
        const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        constexpr std::uint32_t heads[] = {0, 0xC0, 0xE0, 0xF0};
        put(heads[more] | point >> (6 * more));
        for (int i = more - 1; i >= 0; --i) {
            put(0x80 | ((point >> (6 * i)) & 0x3F));
        }
        return true;
    }

    ByteView raw_;
    std::size_t at_ = 0;
    crypto::Secret out_{longest_secret_text};
    std::size_t size_ = 0;  ///< also of what found no room
};

/// The text of one member, if it is one; blanked.
Result<std::optional<crypto::Secret>> take_value(Bytes& body, std::size_t colon) {
    const std::size_t quote = skip_blanks(body, colon + 1);
    if (colon >= body.size() || body[colon] != ':' || quote >= body.size() || body[quote] != '"') {
        return std::optional<crypto::Secret>();
    }
    const std::size_t end = end_of_string(body, quote + 1);
    const auto text = MutableByteView(body).subspan(quote + 1, end - quote - 1);
    auto out = Decoder(text).run();
    std::fill(text.begin(), text.end(), std::uint8_t{' '});
    if (!out) {
        return std::move(out).error();
    }
    return std::optional<crypto::Secret>(*std::move(out));
}

}  // namespace

Result<crypto::Secret> take_secret_text(Bytes& body, std::string_view name) {
    crypto::Secret out;
    int depth = 0;
    bool is_member = false;  // the next string is a member's name
    for (std::size_t at = skip_blanks(body, 0); at < body.size(); ++at) {
        const std::uint8_t c = body[at];
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (depth == 1 && (c == '{' || c == ',')) {
            is_member = body[skip_blanks(body, 0)] == '{';
        } else if (c == '"') {
            const std::size_t end = end_of_string(body, at + 1);
            const bool is_meant = std::exchange(is_member, false) && depth == 1 &&
                                  as_text(ByteView(body).subspan(at + 1, end - at - 1)) == name;
            if (is_meant) {
                TRY_ASSIGN(auto text, take_value(body, skip_blanks(body, end + 1)));
                out = text ? *std::move(text) : std::move(out);
            }
            at = end;
        }
    }
    return out;
}

Result<std::shared_ptr<SecretTexts>> SecretTexts::take(Bytes& body, const SecretNames& names) {
    auto out = std::make_shared<SecretTexts>();
    for (const std::string_view name : names) {
        if (!name.empty()) {
            TRY_ASSIGN(out->texts_[std::string(name)], take_secret_text(body, name));
        }
    }
    return out;
}

crypto::Secret SecretTexts::give(std::string_view name) {
    const auto found = texts_.find(name);
    return found == texts_.end() ? crypto::Secret() : std::move(found->second);
}

}  // namespace entrepot::node
