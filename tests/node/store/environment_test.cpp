#include "node/store/environment.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "node/machine/private_path.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

constexpr TableIndex numbers{0}, words{1};

EnvironmentOptions two_tables() {
    EnvironmentOptions out;
    out.tables = {{"n", TableKeys::numbers}, {"w", TableKeys::bytes}};
    out.map_size = std::size_t{1} << 30;
    return out;
}

class EnvironmentTest : public testing::Test {
protected:
    std::unique_ptr<Environment> open(const EnvironmentOptions& options = two_tables()) {
        auto opened = Environment::open(folder_.path() / "env", options);
        EXPECT_THAT(opened, IsOk());
        return opened ? *std::move(opened) : nullptr;
    }
    TemporaryFolder folder_;
};

TEST_F(EnvironmentTest, KeepsWhatWasCommittedAndNothingElse) {
    {
        const auto environment = open();
        auto kept = environment->write();
        ASSERT_THAT(kept->put(numbers, 7, as_bytes("seven")), IsOk());
        ASSERT_THAT(kept->commit(), IsOk());
        auto dropped = environment->write();
        ASSERT_THAT(dropped->put(numbers, 8, as_bytes("eight")), IsOk());
    }
    const auto environment = open();
    const auto read = environment->read();
    EXPECT_EQ(as_text(**read->get(numbers, 7)), "seven");
    EXPECT_FALSE(*read->get(numbers, 8));
}

TEST_F(EnvironmentTest, RefusesAKeyThatIsThereAlready) {
    const auto environment = open();
    auto write = environment->write();
    ASSERT_THAT(write->put(words, as_bytes("a"), as_bytes("1"), PutMode::insert_only), IsOk());
    EXPECT_THAT(write->put(words, as_bytes("a"), as_bytes("2"), PutMode::insert_only),
                HasCode(store_key_exists));
    ASSERT_THAT(write->put(numbers, 5, as_bytes("x"), PutMode::append), IsOk());
    EXPECT_THAT(write->put(numbers, 4, as_bytes("x"), PutMode::append), HasCode(store_key_exists));
}

TEST_F(EnvironmentTest, SaysThatTheDiskIsFullAndKeepsWhatWasThere) {
    EnvironmentOptions small = two_tables();
    small.map_size = 256 * 1024;
    const auto environment = open(small);
    auto first = environment->write();
    ASSERT_THAT(first->put(numbers, 1, as_bytes("kept")), IsOk());
    ASSERT_THAT(first->commit(), IsOk());
    {
        auto second = environment->write();
        Status put;
        const Bytes large(64 * 1024, 0x55);
        for (std::uint64_t i = 2; put && i < 20; ++i) {
            put = second->put(numbers, i, large);
        }
        EXPECT_THAT(put, HasCode(store_disk_full));
    }
    const auto after = environment->read();
    EXPECT_EQ(as_text(**after->get(numbers, 1)), "kept");
}

TEST_F(EnvironmentTest, ReportsAFileThatIsNoDatabase) {
    std::filesystem::create_directories(folder_.path() / "env");
    std::ofstream(folder_.path() / "env" / "data.mdb") << std::string(8192, 'x');
    ::chmod((folder_.path() / "env").c_str(), 0700);
    ::chmod((folder_.path() / "env" / "data.mdb").c_str(), 0600);
    EXPECT_THAT(Environment::open(folder_.path() / "env", two_tables()), HasCode(store_damaged));
}

TEST_F(EnvironmentTest, ReportsWhatIsMissingWhenItMayOnlyRead) {
    EnvironmentOptions options = two_tables();
    options.read_only = true;
    EXPECT_THAT(Environment::open(folder_.path() / "none", options), HasCode(store_missing));
}

TEST_F(EnvironmentTest, ReportsAPlaceWhereNoDirectoryCanBeMade) {
    std::ofstream(folder_.path() / "file") << "x";
    EXPECT_THAT(Environment::open(folder_.path() / "file" / "env", two_tables()),
                HasCode(store_unreadable));
}

TEST_F(EnvironmentTest, ReportsWhatTheLibraryRefusesForAnotherReason) {
    const auto environment = open();
    auto write = environment->write();
    EXPECT_THAT(write->put(words, as_bytes(std::string(2000, 'k')), as_bytes("v")),
                HasCode(store_failed));
}

TEST_F(EnvironmentTest, LeavesItsFilesToTheirOwnerAlone) {
    const mode_t before = ::umask(0);
    const auto environment = open();
    ::umask(before);
    for (const char* name : {"data.mdb", "lock.mdb"}) {
        struct stat found {};
        ASSERT_EQ(::stat((folder_.path() / "env" / name).c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777, 0600U) << name;
    }
}

TEST_F(EnvironmentTest, RefusesFilesThatOthersMayReadOrReplace) {
    open();
    const auto file = folder_.path() / "env" / "data.mdb";
    ::chmod(file.c_str(), 0644);
    EXPECT_THAT(Environment::open(folder_.path() / "env", two_tables()),
                HasCode(path_open_to_others));
    ::chmod(file.c_str(), 0600);
    ::chmod((folder_.path() / "env").c_str(), 0770);
    EXPECT_THAT(Environment::open(folder_.path() / "env", two_tables()),
                HasCode(path_open_to_others));
}

TEST_F(EnvironmentTest, RefusesADatabaseBehindASymbolicLink) {
    open();
    const auto file = folder_.path() / "env" / "data.mdb";
    std::filesystem::rename(file, folder_.path() / "elsewhere");
    std::filesystem::create_symlink(folder_.path() / "elsewhere", file);
    EXPECT_THAT(Environment::open(folder_.path() / "env", two_tables()),
                HasCode(path_symbolic_link));
}

TEST_F(EnvironmentTest, FindsTheLastKeyBeforeAnother) {
    const auto environment = open();
    auto write = environment->write();
    for (const char* key : {"a1", "a3", "b2"}) {
        ASSERT_THAT(write->put(words, as_bytes(key), as_bytes(key)), IsOk());
    }
    EXPECT_EQ(as_text((*write->last_before(words, as_bytes("b")))->first), "a3");
    EXPECT_EQ(as_text((*write->last_before(words, as_bytes("zz")))->first), "b2");
    EXPECT_FALSE(*write->last_before(words, as_bytes("a")));
}

}  // namespace
}  // namespace entrepot::node
