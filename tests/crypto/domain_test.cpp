#include "crypto/domain.hpp"
#include "tests/support/places.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace entrepot::crypto {
namespace {

std::string read_file(const std::string& path) {
    std::ifstream in(source_folder() + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Domain, IsNeverTheSameAsAnotherNorItsPrefix) {
    for (std::size_t i = 0; i < domain::all.size(); ++i) {
        for (std::size_t j = 0; j < domain::all.size(); ++j) {
            if (i != j) {
                EXPECT_NE(domain::all[j].text.substr(0, domain::all[i].text.size()),
                          domain::all[i].text);
            }
        }
    }
}

TEST(Domain, HasOnePurposeBetweenThePrefixAndTheClosingSlash) {
    constexpr std::string_view prefix = "entrepot/1/";
    for (const Domain domain : domain::all) {
        ASSERT_EQ(domain.text.substr(0, prefix.size()), prefix);
        const std::string_view purpose = domain.text.substr(prefix.size());
        EXPECT_GT(purpose.size(), 1u);
        EXPECT_EQ(purpose.find('/'), purpose.size() - 1) << domain.text;
    }
}

TEST(Domain, IsInTheTableWheneverItIsWrittenInTheHeader) {
    const std::string header = read_file("/crypto/domain.hpp");
    std::size_t written = 0;
    for (std::size_t at = header.find("Domain "); at != std::string::npos;
         at = header.find("Domain ", at + 1)) {
        written += header.compare(header.find('{', at), 2, "{\"") == 0 ? 1 : 0;
    }
    EXPECT_EQ(written, domain::all.size());
}

TEST(Domain, IsListedInTheFormatPage) {
    const std::string page = read_file("/crypto/FORMAT.md");
    for (const Domain domain : domain::all) {
        EXPECT_NE(page.find("`" + std::string(domain.text) + "`"), std::string::npos)
            << domain.text;
    }
}

}  // namespace
}  // namespace entrepot::crypto
