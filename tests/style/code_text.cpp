#include "tests/style/code_text.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace entrepot::style {
namespace {

/// Walks over the text once and blanks what it is told to blank.
class Blanker {
public:
    Blanker(std::string_view text, bool literals) : text_(text), literals_(literals) {}

    std::string run() {
        while (at_ < text_.size()) {
            if (starts("//")) {
                blank_until("\n", 0, true);
            } else if (starts("/*")) {
                blank_until("*/", 2, true);
            } else if (starts("R\"") && !is_word(before())) {
                raw_string();
            } else if (text_[at_] == '"' || (text_[at_] == '\'' && !is_separator())) {
                quoted(text_[at_]);
            } else {
                out_ += text_[at_++];
            }
        }
        return std::move(out_);
    }

private:
    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
    bool starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }
    char before() const { return at_ == 0 ? ' ' : text_[at_ - 1]; }

    /// The mark in 1'000 and 0xFF'FF, as opposed to the one in u8'a'.
    bool is_separator() const {
        std::size_t first = at_;
        while (first > 0 && (is_word(text_[first - 1]) || text_[first - 1] == '\'')) {
            --first;
        }
        return first < at_ && std::isdigit(static_cast<unsigned char>(text_[first]));
    }

    void put(char c, bool blank) { out_ += blank && c != '\n' ? ' ' : c; }

    /// Ends before `end` (keep == 0) or after it.
    void blank_until(std::string_view end, std::size_t keep, bool blank) {
        const std::size_t found = text_.find(end, at_ + keep);
        const std::size_t stop = found == std::string_view::npos ? text_.size() : found + keep;
        while (at_ < stop) {
            put(text_[at_++], blank);
        }
    }

    void raw_string() {
        const std::size_t open = text_.find('(', at_);
        if (open == std::string_view::npos) {
            out_ += text_[at_++];
            return;
        }
        const std::string end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
        while (at_ <= open) {
            out_ += text_[at_++];
        }
        blank_until(end, 0, literals_);
        for (std::size_t left = end.size(); left > 0 && at_ < text_.size(); --left) {
            out_ += text_[at_++];
        }
    }

    void quoted(char mark) {
        out_ += text_[at_++];
        while (at_ < text_.size() && text_[at_] != mark && text_[at_] != '\n') {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                put(text_[at_++], literals_);
            }
            put(text_[at_++], literals_);
        }
        if (at_ < text_.size()) {
            out_ += text_[at_++];
        }
    }

    std::string_view text_;
    bool literals_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::string without_comments(std::string_view text) {
    return Blanker(text, false).run();
}

std::string without_literals(std::string_view text) {
    return Blanker(text, true).run();
}

std::string without_directives(std::string_view text) {
    std::string code = without_literals(text);
    bool directive = false;
    for (std::size_t start = 0; start < code.size();) {
        const std::size_t end = std::min(code.find('\n', start), code.size());
        const std::size_t first = code.find_first_not_of(" \t", start);
        directive = directive || (first < end && code[first] == '#');
        const bool continued = end > start && code[end - 1] == '\\';
        if (directive) {
            code.replace(start, end - start, end - start, ' ');
        }
        directive = directive && continued;
        start = end + 1;
    }
    return code;
}

}  // namespace entrepot::style
