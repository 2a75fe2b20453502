// The example of PROTOCOL.md is what the code reads and writes.
#include <fstream>
#include <sstream>

#include "replication/sync/message.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"

namespace entrepot::replication {
namespace {

/// Hexadecimal words of the page's ```hex block, up to the first word of each line that is none.
Bytes example() {
    std::ifstream page(source_folder() + "/replication/PROTOCOL.md");
    Bytes out;
    bool within = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```")) {
            within = line == "```hex";
            continue;
        }
        std::istringstream words(within ? line : "");
        for (std::string word; words >> word;) {
            const auto bytes = from_hex(word);
            if (!bytes) {
                break;
            }
            append(out, *bytes);
        }
    }
    return out;
}

TEST(ProtocolPage, ShowsAMessageAsItIs) {
    const Bytes bytes = example();
    WireReader in(bytes);
    EXPECT_EQ(message::read_varint(in), 5u);
    const auto check = message::read_part(in);
    ASSERT_THAT(check, IsOk());
    EXPECT_EQ(std::get<message::Check>(*check).roster_length, RosterLength{19});
    const auto told = message::read_part(in);
    ASSERT_THAT(told, IsOk());
    const auto& acknowledge = std::get<message::Acknowledge>(*told);
    EXPECT_EQ(acknowledge.credit, 20'000u);
    ASSERT_EQ(acknowledge.logs.size(), 1u);
    EXPECT_EQ(acknowledge.logs[0].index, 2u);
    EXPECT_EQ(acknowledge.logs[0].number, CommitNumber{300});
    EXPECT_TRUE(in.rest().empty());
    WireWriter again;
    message::write_varint(again, 5);
    message::write_part(again, *check);
    message::write_part(again, *told);
    EXPECT_TRUE(equal(again.view(), bytes));
}

}  // namespace
}  // namespace entrepot::replication
