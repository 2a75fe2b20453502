// CHANGE_FORMAT.md is held to its word: the blocks marked ```hex NAME are what the program writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "replication/model/packing.hpp"
#include "tests/replication/model/worked_example.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"

namespace entrepot::replication {
namespace {

/// The bytes of the block with this name; comments and spaces left out.
Bytes example(const std::string& name) {
    std::ifstream page(source_folder() + "/replication/CHANGE_FORMAT.md");
    std::string digits;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("```", 0) == 0) {
            inside = line == "```hex " + name;
            continue;
        }
        for (const char c : inside ? line.substr(0, line.find('#')) : std::string()) {
            if (c != ' ') {
                digits += c;
            }
        }
    }
    return from_hex(digits).value();
}

TEST(ChangeFormat, GivesTheBytesOfAChange) {
    EXPECT_EQ(to_hex(encode_change(worked_example()).value()), to_hex(example("change")));
    EXPECT_THAT(decode_change(example("change")), IsOkAndHolds(worked_example()));
}

TEST(ChangeFormat, GivesTheBytesOfAPacking) {
    const Bytes value = encode_value(CodeValue{"drugs"});
    EXPECT_EQ(to_hex(Packing(Packing::no_dictionary).pack(value)), to_hex(example("packing")));
    EXPECT_THAT(Packing().unpack(example("packing")), IsOkAndHolds(value));
}

TEST(ChangeFormat, GivesTheBytesOfARecordState) {
    EXPECT_EQ(to_hex(encode_state(worked_state())), to_hex(example("state")));
    EXPECT_THAT(decode_state(example("state")), IsOkAndHolds(worked_state()));
}

TEST(ChangeFormat, TellsTheLimitsThatTheProgramHolds) {
    EXPECT_EQ(known_value_kinds, 13);
    EXPECT_EQ(context_limit, 1024U);
    EXPECT_EQ(assignment_limit, 4096U);
    EXPECT_EQ(change_plain_limit, 1024U * 1024U);
    EXPECT_EQ(path_limit, 96U);
    EXPECT_EQ(media_type_limit, 64U);
}

}  // namespace
}  // namespace entrepot::replication
