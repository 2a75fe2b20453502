#include "replication/model/path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

TEST(Path, HasOneToThreePartsOfLowerCaseLettersDigitsAndUnderlines) {
    const std::string longest_part(48, 'a');
    for (const std::string& path :
         {std::string{}, std::string("seized_on"), std::string("goods/1/quantity"),
          std::string("goods/1"), longest_part + "/" + std::string(47, 'b')}) {
        EXPECT_THAT(check_path(path), IsOk()) << path;
    }
    for (const std::string& path :
         {std::string("/"), std::string("a/"), std::string("/a"), std::string("a//b"),
          std::string("a/b/c/d"), std::string("Goods"), std::string("a-b"), std::string("a\0b", 3),
          longest_part + "a", longest_part + "/" + longest_part}) {
        EXPECT_THAT(check_path(path), HasCode(path_malformed)) << path;
    }
}

TEST(Path, KnowsTheItemItIsPartOf) {
    EXPECT_EQ(item_of("goods/1/quantity"), "goods/1");
    EXPECT_EQ(item_of("goods/1"), "goods/1");
    EXPECT_EQ(item_of("goods"), "");
    EXPECT_EQ(item_of(""), "");
}

TEST(Path, HoldsLivenessAtTheRecordAndAtItems) {
    EXPECT_TRUE(holds_liveness(""));
    EXPECT_TRUE(holds_liveness("goods/1"));
    EXPECT_FALSE(holds_liveness("goods"));
    EXPECT_FALSE(holds_liveness("goods/1/quantity"));
}

TEST(ItemId, IsThirteenCharactersThatAPathTakes) {
    crypto::SeededEntropy entropy(7);
    const std::string id = new_item_id(entropy);
    EXPECT_EQ(id.size(), 13U);
    EXPECT_THAT(check_path("goods/" + id + "/quantity"), IsOk());
    EXPECT_NE(id, new_item_id(entropy));
}

}  // namespace
}  // namespace entrepot::replication
