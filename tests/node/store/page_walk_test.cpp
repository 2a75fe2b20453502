#include "node/store/page_walk.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "tests/support/matchers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

constexpr TableIndex numbers{0}, words{1};
constexpr std::size_t page_size = 4096;

EnvironmentOptions two_tables() {
    EnvironmentOptions out;
    out.tables = {{"n", TableKeys::numbers}, {"w", TableKeys::bytes}};
    out.map_size = std::size_t{1} << 30;
    return out;
}

Bytes read_all(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return Bytes(text.begin(), text.end());
}

/// A small database with every kind of page: several levels, large values, free pages.
class DatabaseFile {
public:
    DatabaseFile() {
        const auto environment = *Environment::open(folder_.path() / "env", two_tables());
        std::mt19937_64 dice(7);
        for (int round = 0; round < 6; ++round) {
            auto write = *environment->write();
            for (std::uint64_t i = 0; i < 200; ++i) {
                const std::string word = "word" + std::to_string(dice() % 400);
                const Bytes value(i % 40 == 0 ? 9000 : dice() % 300, 0x5a);
                EXPECT_THAT(write.put(numbers, dice() % 1000, value), IsOk());
                EXPECT_THAT(write.put(words, as_bytes(word), value), IsOk());
                EXPECT_THAT(write.remove(numbers, dice() % 1000), IsOk());
            }
            EXPECT_THAT(write.commit(), IsOk());
        }
    }
    std::filesystem::path directory() const { return folder_.path() / "env"; }
    std::filesystem::path path() const { return directory() / "data.mdb"; }
    Bytes bytes() const { return read_all(path()); }
    void put(const Bytes& bytes) const {
        std::ofstream out(path(), std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
    }

private:
    TemporaryFolder folder_;
};

/// Reads every row and writes to both tables; what it finds does not matter, only that it ends.
/// False when it is refused with another code than the one for damage.
bool use_database(const std::filesystem::path& directory, bool commits) {
    auto opened = Environment::open(directory, two_tables());
    if (!opened) {
        return opened.error().code == store_damaged;
    }
    std::size_t bytes = 0;
    {
        const auto read = (*opened)->read();
        for (const TableIndex table : {numbers, words}) {
            static_cast<void>(read->scan(table, ByteView{}, [&](ByteView key, ByteView value) {
                for (const std::uint8_t byte : value) {
                    bytes += byte;
                }
                bytes += key.size();
                return true;
            }));
        }
    }
    auto write = (*opened)->write();
    for (std::uint64_t i = 0; write && i < 300; ++i) {
        static_cast<void>(write->put(numbers, i * 7, Bytes(i % 50 == 0 ? 9000 : 100, 1)));
        static_cast<void>(write->remove(numbers, i * 11));
        static_cast<void>(write->put(words, as_bytes("word" + std::to_string(i)), Bytes(50, 2)));
    }
    if (write) {
        static_cast<void>(write->clear(words));
    }
    if (write && commits) {  // each waits for the disk
        static_cast<void>(write->commit());
    }
    return true;
}

/// A child: a crash of it fails the test and not the whole program.
void expect_no_crash(const std::filesystem::path& directory, const std::string& what,
                     bool commits = true) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::_exit(use_database(directory, commits) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << what << ": " << status;
}

void put_u16(Bytes& bytes, std::size_t at, std::uint64_t value) {
    bytes[at] = static_cast<std::uint8_t>(value);
    bytes[at + 1] = static_cast<std::uint8_t>(value >> 8);
}

std::uint64_t u16_at(const Bytes& bytes, std::size_t at) {
    return bytes[at] | std::uint64_t{bytes[at + 1]} << 8;
}

/// Page numbers of a kind (1 branch, 2 leaf, 4 large value) that bear their own number.
std::vector<std::size_t> pages_of_kind(const Bytes& bytes, std::uint64_t kind) {
    std::vector<std::size_t> out;
    for (std::size_t page = 2; page < bytes.size() / page_size; ++page) {
        const std::size_t at = page * page_size;
        if (u16_at(bytes, at) == page && u16_at(bytes, at + 10) == kind) {
            out.push_back(page);
        }
    }
    return out;
}

/// Half of the flips anywhere, half where pages keep their own account.
std::size_t dice_byte(std::mt19937_64& dice, const Bytes& bytes) {
    const std::size_t page = dice() % (bytes.size() / page_size);
    switch (dice() % 4) {
        case 0:
            return (page < 3 ? page : dice() % 2) * page_size + dice() % 152;
        case 1:
            return page * page_size + dice() % 64;
        default:
            return dice() % bytes.size();
    }
}

TEST(PageWalk, LetsNoFlippedBitCrashReadersOrWriters) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    std::mt19937_64 dice(1);
    int refused = 0;
    for (int i = 0; i < 400; ++i) {
        Bytes flipped = whole;
        const std::size_t at = dice_byte(dice, whole);
        flipped[at] ^= static_cast<std::uint8_t>(1U << (dice() % 8));
        file.put(flipped);
        refused += check_pages(file.directory(), two_tables()) ? 0 : 1;
        expect_no_crash(file.directory(), "bit flipped in byte " + std::to_string(at), i % 8 == 0);
    }
    EXPECT_GT(refused, 40);
}

TEST(PageWalk, LetsNoTruncatedFileCrashReadersOrWriters) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    std::mt19937_64 dice(2);
    for (int i = 0; i < 60; ++i) {
        const std::size_t size =
            i % 2 == 0 ? dice() % whole.size() : dice() % (whole.size() / page_size) * page_size;
        file.put(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        expect_no_crash(file.directory(), "cut to " + std::to_string(size));
    }
}

TEST(PageWalk, LetsNoPageOfRandomBytesCrashReadersOrWriters) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    std::mt19937_64 dice(3);
    for (int i = 0; i < 60; ++i) {
        Bytes spoilt = whole;
        const std::size_t page = dice() % (whole.size() / page_size);
        for (std::size_t at = 0; at < page_size; ++at) {
            spoilt[page * page_size + at] = static_cast<std::uint8_t>(dice());
        }
        file.put(spoilt);
        expect_no_crash(file.directory(), "random page " + std::to_string(page));
    }
    Bytes noise(1U << 16);
    for (std::uint8_t& byte : noise) {
        byte = static_cast<std::uint8_t>(dice());
    }
    file.put(noise);
    EXPECT_THAT(Environment::open(file.directory(), two_tables()), HasCode(store_damaged));
}

TEST(PageWalk, RefusesABranchThatLeadsBackToItself) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    const auto branches = pages_of_kind(whole, 1);
    ASSERT_FALSE(branches.empty());
    int refused = 0;
    for (const std::size_t page : branches) {
        Bytes crafted = whole;
        const std::size_t node = page * page_size + u16_at(whole, page * page_size + 16);
        put_u16(crafted, node, page);
        file.put(crafted);
        refused += check_pages(file.directory(), two_tables()) ? 0 : 1;
        expect_no_crash(file.directory(), "cycle in page " + std::to_string(page));
    }
    EXPECT_GT(refused, 0);  // stale copies of a branch may be free pages
}

TEST(PageWalk, RefusesTwoWaysToOnePage) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    int refused = 0;
    for (const std::size_t page : pages_of_kind(whole, 1)) {
        Bytes crafted = whole;
        const std::size_t base = page * page_size;
        put_u16(crafted, base + u16_at(whole, base + 16),
                u16_at(whole, base + u16_at(whole, base + 18)));
        file.put(crafted);
        const auto checked = check_pages(file.directory(), two_tables());
        refused += checked ? 0 : 1;
    }
    EXPECT_GT(refused, 0);
}

TEST(PageWalk, RefusesALargeValueLongerThanItsPages) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    int refused = 0;
    for (const std::size_t page : pages_of_kind(whole, 4)) {
        Bytes crafted = whole;
        put_u16(crafted, page * page_size + 12, 1);
        file.put(crafted);
        refused += check_pages(file.directory(), two_tables()) ? 0 : 1;
        expect_no_crash(file.directory(), "short run at page " + std::to_string(page));
    }
    EXPECT_GT(refused, 0);
}

/// A free page that is in use as well would be written over by the next transaction.
TEST(PageWalk, RefusesAPageThatIsBothUsedAndFree) {
    const DatabaseFile file;
    const Bytes whole = file.bytes();
    const PageFile pages = *PageFile::open(file.path());
    const MetaPage meta = *pages.newest_meta();
    const std::size_t base = meta.free_pages.root.value * page_size;
    ASSERT_EQ(u16_at(whole, base + 10), 2U) << "the table of free pages is one leaf";
    const std::size_t node = base + u16_at(whole, base + 16);
    Bytes crafted = whole;
    const std::size_t first_free = node + 8 + 8 + 8;  // after entry, key and count
    ASSERT_GT(u16_at(whole, first_free - 8), 0U);
    put_u16(crafted, first_free - 8, 1);  // a list of one is in order
    put_u16(crafted, first_free, meta.tables.root.value);
    file.put(crafted);
    EXPECT_THAT(check_pages(file.directory(), two_tables()), HasCode(store_damaged));
}

TEST(PageWalk, RefusesATableWithOtherKeysThanItsReadersExpect) {
    const DatabaseFile file;
    EnvironmentOptions other = two_tables();
    other.tables[1].second = TableKeys::numbers;
    EXPECT_THAT(check_pages(file.directory(), other), HasCode(store_damaged));
    EXPECT_THAT(check_pages(file.directory(), two_tables()), IsOk());
}

TEST(PageWalk, HasNothingToSayOfADatabaseThatIsNotThere) {
    const TemporaryFolder folder;
    EXPECT_THAT(check_pages(folder.path(), two_tables()), IsOk());
}

TEST(PageWalk, NamesTheDirectoryOfADamagedFile) {
    const DatabaseFile file;
    file.put(Bytes(8192, 0));
    const auto opened = Environment::open(file.directory(), two_tables());
    ASSERT_THAT(opened, HasCode(store_damaged));
    EXPECT_NE(opened.error().context.find(file.directory().string()), std::string::npos);
}

struct Writes {
    std::uint64_t seed;
    unsigned transactions;
};

void run_writes(Environment& environment, const Writes& wish) {
    std::mt19937_64 dice(wish.seed);
    const std::size_t key_size = 1 + dice() % 400;
    for (unsigned i = 0; i < wish.transactions; ++i) {
        auto write = *environment.write();
        const std::size_t longest = dice() % 3 == 0 ? 20'000 : 1800;
        for (std::uint64_t n = dice() % 300; n > 0; --n) {
            Bytes word(key_size, 'k');
            std::memcpy(word.data(), "abcdefgh", std::min<std::size_t>(key_size, 8));
            word[dice() % std::min<std::size_t>(key_size, 3)] = static_cast<std::uint8_t>(dice());
            const Bytes value(dice() % longest, 9);
            RC_ASSERT(write.put(numbers, dice() % 3000, value).has_value());
            RC_ASSERT(write.put(words, word, value).has_value());
            if (dice() % 2 == 0) {
                RC_ASSERT(write.remove(words, word).has_value());
                RC_ASSERT(write.remove(numbers, dice() % 3000).has_value());
            }
        }
        if (dice() % 8 == 0) {
            RC_ASSERT(write.clear(dice() % 2 == 0 ? words : numbers).has_value());
        }
        if (dice() % 4 != 0) {
            RC_ASSERT(write.commit().has_value());
        }
    }
}

RC_GTEST_PROP(PageWalk, FindsNothingWrongInWhatTheLibraryWrote, ()) {
    const TemporaryFolder folder;
    const Writes wish{*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(1U, 12U)};
    for (int opened = 0; opened < 2; ++opened) {
        {
            auto environment = Environment::open(folder.path() / "env", two_tables());
            RC_ASSERT(environment.has_value());
            run_writes(**environment,
                       {wish.seed + static_cast<unsigned>(opened), wish.transactions});
        }
        const auto checked = check_pages(folder.path() / "env", two_tables());
        RC_ASSERT(checked.has_value());
    }
}

}  // namespace
}  // namespace entrepot::node
