#include "node/access/passphrase_strength.hpp"

#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "crypto/secret.hpp"

namespace entrepot::node {
namespace {

/// log2 of 10^3, 10^6, 10^8 and 10^10 guesses.
constexpr std::array<double, 4> bits_of_score{9.97, 19.93, 26.58, 33.22};
/// The estimate grows with the square of the length; what comes after adds to it anyway.
constexpr std::size_t longest_estimated = 100;

/// The words of what is known, in lower case: the library compares whole words.
std::vector<std::string> words_of(const std::vector<std::string>& known) {
    std::vector<std::string> out;
    for (const std::string& text : known) {
        std::string word;
        for (const char c : text + " ") {
            const auto byte = static_cast<unsigned char>(c);
            if (std::isalnum(byte) != 0 || byte >= 0x80) {
                word += static_cast<char>(std::tolower(byte));
            } else if (!word.empty()) {
                out.push_back(std::exchange(word, {}));
            }
        }
    }
    return out;
}

}  // namespace

unsigned passphrase_score(ByteView passphrase, const std::vector<std::string>& known) {
    const ByteView start = passphrase.first(std::min(passphrase.size(), longest_estimated));
    crypto::Secret text(start.size() + 1);  // with the zero that C wants at the end
    std::copy(start.begin(), start.end(), text.mutable_view().begin());
    const std::vector<std::string> words = words_of(known);
    std::vector<const char*> pointers;
    for (const std::string& word : words) {
        pointers.push_back(word.c_str());
    }
    pointers.push_back(nullptr);
    const double bits =
        ZxcvbnMatch(reinterpret_cast<const char*>(text.view().data()), pointers.data(), nullptr);
    const auto reached = std::count_if(bits_of_score.begin(), bits_of_score.end(),
                                       [bits](double least) { return bits >= least; });
    return static_cast<unsigned>(reached);
}

}  // namespace entrepot::node
