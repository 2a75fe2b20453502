#include "crypto/entropy.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::crypto {
namespace {

using Draw = Id<struct DrawTag>;

TEST(SystemEntropy, NeverGivesTheSameTwiceOverManyBlocks) {
    SystemEntropy entropy;
    std::set<Draw> seen;
    for (int i = 0; i < 2000; ++i) {
        seen.insert(entropy.fixed<Draw>());
    }
    EXPECT_EQ(seen.size(), 2000u);
}

TEST(SystemEntropy, FillsAnyLengthToItsEnd) {
    SystemEntropy entropy;
    for (const std::size_t size : {1u, 4095u, 4096u, 4097u, 70000u}) {
        Bytes sum(size);
        for (int i = 0; i < 8; ++i) {  // a byte is zero eight times by chance once in 2^64
            Bytes draw(size);
            entropy.fill(draw);
            for (std::size_t at = 0; at < size; ++at) {
                sum[at] |= draw[at];
            }
        }
        EXPECT_EQ(std::count(sum.begin(), sum.end(), 0), 0) << size;
    }
}

TEST(SystemEntropy, GivesAForkedChildOtherBytesThanItsParent) {
    SystemEntropy entropy;
    entropy.fixed<Draw>();
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Draw drawn = entropy.fixed<Draw>();
        _exit(write(ends[1], drawn.bytes.data(), 16) == 16 ? 0 : 1);
    }
    Draw theirs;
    ASSERT_EQ(read(ends[0], theirs.bytes.data(), 16), 16);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_NE(theirs, entropy.fixed<Draw>());
    close(ends[0]);
    close(ends[1]);
}

TEST(SeededEntropy, IsTheSameForTheSameSeedAndAnotherForAnother) {
    SeededEntropy one(1), again(1), two(2);
    for (int i = 0; i < 100; ++i) {
        const Draw drawn = one.fixed<Draw>();
        EXPECT_EQ(drawn, again.fixed<Draw>());
        EXPECT_NE(drawn, two.fixed<Draw>());
    }
}

TEST(SeededEntropy, NeverRepeatsItself) {
    SeededEntropy entropy(7);
    std::set<Draw> seen;
    for (int i = 0; i < 2000; ++i) {
        seen.insert(entropy.fixed<Draw>());
    }
    EXPECT_EQ(seen.size(), 2000u);
}

}  // namespace
}  // namespace entrepot::crypto
