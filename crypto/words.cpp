#include "crypto/words.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::crypto {
namespace {

constexpr std::string_view consonants = "bdfghjklmnprstvz";  ///< four bits each
constexpr std::string_view vowels = "aiou";                  ///< two bits each
constexpr std::string_view between = " -\t\r\n";
constexpr std::size_t word_letters = 5;

bool is_vowel_place(std::size_t at) {
    return at % 2 == 1;
}

std::string_view letters_at(std::size_t at) {
    return is_vowel_place(at) ? vowels : consonants;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_word(std::string& out, std::uint16_t value) {
    unsigned shift = 16;
    for (std::size_t at = 0; at < word_letters; ++at) {
        shift -= is_vowel_place(at) ? 2 : 4;
        const std::string_view letters = letters_at(at);
        out.push_back(letters[value >> shift & (letters.size() - 1)]);
    }
}

/// A context is shown in terminals, so a character that is no letter is not repeated in it.
Error unknown_letter(std::size_t number, std::size_t at, char c) {
    const bool is_letter = c >= 'a' && c <= 'z';
    return {words_unknown, "word " + std::to_string(number) + ", letter " + std::to_string(at + 1) +
                               ": " +
                               (is_letter ? std::string("'") + c + "'" : "what stands there") +
                               " is none of " + std::string(letters_at(at))};
}

Result<std::uint16_t> read_word(std::string_view word, std::size_t number) {
    unsigned value = 0;
    for (std::size_t at = 0; at < std::min(word.size(), word_letters); ++at) {
        const char c = lower(word[at]);
        const std::string_view letters = letters_at(at);
        const std::size_t digit = letters.find(c);
        if (digit == std::string_view::npos) {
            return unknown_letter(number, at, c);
        }
        value = value << (is_vowel_place(at) ? 2 : 4) | static_cast<unsigned>(digit);
    }
    if (word.size() != word_letters) {
        return Error{words_unknown, "word " + std::to_string(number) + " has " +
                                        std::to_string(word.size()) + " letters, not 5"};
    }
    return static_cast<std::uint16_t>(value);
}

}  // namespace

std::string to_words(ByteView bytes) {
    ENSURE(bytes.size() % 2 == 0);
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        if (i > 0) {
            out.push_back('-');
        }
        append_word(out, static_cast<std::uint16_t>(bytes[i] << 8 | bytes[i + 1]));
    }
    return out;
}

std::string eight_words(const Hash& hash) {
    return to_words(hash.view().first(spoken_bytes));
}

Result<Bytes> from_words(std::string_view text, std::size_t bytes) {
    ENSURE(bytes % 2 == 0);
    Bytes out;
    std::size_t count = 0;
    for (std::size_t at = text.find_first_not_of(between); at != std::string_view::npos;
         at = text.find_first_not_of(between, at)) {
        const std::size_t end = std::min(text.find_first_of(between, at), text.size());
        TRY_ASSIGN(const auto value, read_word(text.substr(at, end - at), ++count));
        out.push_back(static_cast<std::uint8_t>(value >> 8));
        out.push_back(static_cast<std::uint8_t>(value & 0xff));
        at = end;
    }
    if (out.size() != bytes) {
        return Error{words_count, std::to_string(count) + (count == 1 ? " word" : " words") +
                                      " where " + std::to_string(bytes / 2) + " are expected"};
    }
    return out;
}

}  // namespace entrepot::crypto
