// The search itself: whatever way a word may be written down, it is found, and nothing else is.
#include "tests/support/marker_search.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "crypto/base64.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot {
namespace {

const std::string word = "Qz7#kV";

TEST(MarkerSearch, FindsEverySpellingWhereverItStands) {
    for (const auto& [spelling, bytes] : spellings_of(word)) {
        for (std::size_t before = 0; before < 5; ++before) {
            MarkerSearch search({word});
            Bytes text(before, 'x');
            append(text, bytes);
            text.push_back('y');
            search.look_at(text, "here");
            EXPECT_TRUE(search.found().contains(spelling)) << spelling.form << " after " << before;
        }
    }
}

TEST(MarkerSearch, FindsAWordWithinWhatIsBase64AtEveryAlignment) {
    for (std::size_t before = 0; before < 7; ++before) {
        MarkerSearch search({word});
        const std::string text =
            crypto::to_base64(as_bytes(std::string(before, 'a') + word + "the rest"));
        search.look_at(as_bytes(text), "here");
        EXPECT_EQ(search.words_found("base64+" + std::to_string(before % 3)).size(), 1U) << text;
    }
}

TEST(MarkerSearch, FindsNothingInTheWordsNeighbours) {
    MarkerSearch search({word});
    search.look_at(as_bytes("Qz7#kv qz7#kV Qz7#k Vz7#kQ"), "here");
    EXPECT_TRUE(search.found().empty()) << search.report();
}

TEST(MarkerSearch, LooksIntoFilesTheirNamesAndFoldersButNotTheOnesExcepted) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "deep");
    std::ofstream(folder.path() / "deep" / "file") << "..." << word;
    std::ofstream(folder.path() / "excepted") << word;
    std::ofstream(folder.path() / (word + ".txt")) << "empty";
    MarkerSearch search({word});
    search.look_into(folder.path(), {"excepted"});
    EXPECT_EQ(search.words_found("plain", "deep/file").size(), 1U);
    EXPECT_EQ(search.words_found("plain", "(name)").size(), 1U);
    EXPECT_TRUE(search.words_found("plain", "excepted").empty());
}

}  // namespace
}  // namespace entrepot
