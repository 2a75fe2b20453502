#include "tests/support/marker_search.hpp"

#include <algorithm>
#include <fstream>

#include "crypto/base64.hpp"

namespace entrepot {
namespace {

Bytes utf_16(const std::string& word, bool little_endian) {
    Bytes out;
    for (const char c : word) {
        out.push_back(little_endian ? static_cast<std::uint8_t>(c) : 0);
        out.push_back(little_endian ? 0 : static_cast<std::uint8_t>(c));
    }
    return out;
}

Bytes in_capitals(Bytes text) {
    for (auto& c : text) {
        c = static_cast<std::uint8_t>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    }
    return text;
}

/// The characters of base64 that say only bits of the word when `before` bytes stand in front.
Bytes base64_after(const std::string& word, std::size_t before) {
    const std::string padded = std::string(before, '\0') + word;
    const std::string text = crypto::to_base64(as_bytes(padded));
    const std::size_t first = (before * 8 + 5) / 6;
    const std::size_t end = padded.size() * 8 / 6;
    return Bytes(text.begin() + static_cast<std::ptrdiff_t>(first),
                 text.begin() + static_cast<std::ptrdiff_t>(end));
}

Bytes for_addresses(Bytes base64) {
    std::replace(base64.begin(), base64.end(), std::uint8_t{'+'}, std::uint8_t{'-'});
    std::replace(base64.begin(), base64.end(), std::uint8_t{'/'}, std::uint8_t{'_'});
    return base64;
}

std::size_t start_of(ByteView bytes) {
    return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

Bytes whole_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

std::vector<std::pair<Spelling, Bytes>> spellings_of(const std::string& word) {
    const ByteView plain = as_bytes(word);
    const std::string hex = to_hex(plain);
    const Bytes small(hex.begin(), hex.end());
    std::vector<std::pair<Spelling, Bytes>> out{
        {{word, "plain"}, Bytes(plain.begin(), plain.end())},
        {{word, "utf-16le"}, utf_16(word, true)},
        {{word, "utf-16be"}, utf_16(word, false)},
        {{word, "hex"}, small},
        {{word, "HEX"}, in_capitals(small)}};
    for (std::size_t before = 0; before < 3; ++before) {
        const Bytes text = base64_after(word, before);
        const std::string form = "base64+" + std::to_string(before);
        out.push_back({{word, form}, text});
        if (for_addresses(text) != text) {
            out.push_back({{word, form + " for addresses"}, for_addresses(text)});
        }
    }
    return out;
}

MarkerSearch::MarkerSearch(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        for (auto& [spelling, bytes] : spellings_of(word)) {
            begins_[start_of(bytes)] = true;
            by_start_[start_of(bytes)].push_back(static_cast<std::uint32_t>(patterns_.size()));
            patterns_.push_back({spelling, std::move(bytes)});
        }
    }
}

void MarkerSearch::look_at(ByteView bytes, const std::string& place) {
    bytes_looked_at_ += bytes.size();
    const std::uint8_t* const all = bytes.data();
    const bool* const begins = begins_.data();  // bare, as programs without optimisation look too
    for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
        if (begins[all[at] << 8 | all[at + 1]]) {
            look_here(bytes.subspan(at), place);
        }
    }
}

void MarkerSearch::look_here(ByteView here, const std::string& place) {
    for (const std::uint32_t index : by_start_[start_of(here)]) {
        const Pattern& pattern = patterns_[index];
        if (pattern.bytes.size() <= here.size() &&
            std::equal(pattern.bytes.begin(), pattern.bytes.end(), here.begin())) {
            found_[pattern.spelling].insert(place);
        }
    }
}

void MarkerSearch::look_at_file(const std::filesystem::path& path, const std::string& place) {
    look_at(whole_file(path), place);
}

void MarkerSearch::look_into(const std::filesystem::path& folder,
                             const std::set<std::string>& except) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && !except.contains(entry.path().filename().string())) {
            look_at(as_bytes(entry.path().filename().string()), entry.path().string() + " (name)");
            look_at_file(entry.path(), entry.path().string());
        }
    }
}

std::set<std::string> MarkerSearch::words_found(const std::string& form,
                                                const std::string& place) const {
    std::set<std::string> out;
    for (const auto& [spelling, places] : found_) {
        const bool there = std::any_of(places.begin(), places.end(), [&](const std::string& one) {
            return one.find(place) != std::string::npos;
        });
        if (spelling.form == form && there) {
            out.insert(spelling.word);
        }
    }
    return out;
}

std::string MarkerSearch::report() const {
    std::string out;
    for (const auto& [spelling, places] : found_) {
        out += spelling.word + " as " + spelling.form + " in";
        for (const std::string& place : places) {
            out += " " + place;
        }
        out += "\n";
    }
    return out;
}

}  // namespace entrepot
