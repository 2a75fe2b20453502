// MarkerSearch: looks for words in bytes, however they may have been written down: as they are, as
// UTF-16, in hexadecimal, in base64. Finds a word that stands whole in one sequence of bytes; one
// torn between two pieces is found by its other copies.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot {

/// One way in which a word stands somewhere.
struct Spelling {
    std::string word;
    std::string form;  ///< "plain", "utf-16le", "hex", "base64+1" …
    friend auto operator<=>(const Spelling&, const Spelling&) = default;
};

/// Every spelling of the word that the search knows, with its bytes.
std::vector<std::pair<Spelling, Bytes>> spellings_of(const std::string& word);

class MarkerSearch {
public:
    /// Words of at least six bytes.
    explicit MarkerSearch(const std::vector<std::string>& words);

    void look_at(ByteView bytes, const std::string& place);
    void look_at_file(const std::filesystem::path& path, const std::string& place);
    /// Every regular file in a folder, but those with one of these names.
    void look_into(const std::filesystem::path& folder, const std::set<std::string>& except = {});

    /// Where each spelling was found.
    const std::map<Spelling, std::set<std::string>>& found() const { return found_; }
    /// Words found in this form, in any place whose name contains `place`.
    std::set<std::string> words_found(const std::string& form, const std::string& place = "") const;
    std::uint64_t bytes_looked_at() const { return bytes_looked_at_; }
    /// Lines for a person: what was found where.
    std::string report() const;

private:
    struct Pattern {
        Spelling spelling;
        Bytes bytes;
    };
    /// What of the patterns stands at the start of these bytes.
    void look_here(ByteView here, const std::string& place);

    std::vector<Pattern> patterns_;
    std::array<bool, 65536> begins_{};  ///< whether any pattern begins with these two bytes
    std::array<std::vector<std::uint32_t>, 65536> by_start_;  ///< patterns by their first two bytes
    std::map<Spelling, std::set<std::string>> found_;
    std::uint64_t bytes_looked_at_ = 0;
};

}  // namespace entrepot
