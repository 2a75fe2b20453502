#include "replication/roster/root_pin.hpp"

#include <algorithm>

#include "crypto/words.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t whole_characters = 52;  ///< 32 bytes in base 32

std::string without_separators(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) {
        return std::string_view(" -\t\r\n").find(c) == std::string_view::npos;
    });
    return out;
}

bool has_digit(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace

Result<RootPin> RootPin::from_text(std::string_view text) {
    const std::string plain = without_separators(text);
    auto whole = from_base32(plain);
    if (has_digit(plain) || (whole && plain.size() == whole_characters)) {
        TRY(whole);
        TRY_ASSIGN(const Hash hash, Hash::from(*whole));
        return RootPin(hash);
    }
    TRY_ASSIGN(Bytes told, crypto::from_words(text, crypto::spoken_bytes));
    return RootPin(std::move(told));
}

bool RootPin::matches(const Hash& fingerprint) const {
    return equal(told_, fingerprint.view().first(told_.size()));
}

std::string RootPin::text() const {
    return told_.size() == Hash::size ? to_base32(told_) : crypto::to_words(told_);
}

}  // namespace entrepot::replication
