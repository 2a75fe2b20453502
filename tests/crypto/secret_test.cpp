#include "crypto/secret.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>
#include <vector>

#include "crypto/secret_arena.hpp"
#include "tests/support/started_crypto.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENTREPOT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define ENTREPOT_SANITIZED 1
#endif
#endif

namespace entrepot::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

Secret filled(std::size_t size, std::uint8_t byte) {
    Secret out(size);
    std::fill(out.mutable_view().begin(), out.mutable_view().end(), byte);
    return out;
}

/// The kernel's flags of the mapping that holds `address`.
std::string mapping_flags(const void* address) {
    std::ifstream in("/proc/self/smaps");
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        std::uintptr_t from = 0, to = 0;
        char dash = 0;
        std::istringstream range(line);
        if (range >> std::hex >> from >> dash >> to && dash == '-') {
            inside = wanted >= from && wanted < to;
        } else if (inside && line.rfind("VmFlags:", 0) == 0) {
            return line + " ";
        }
    }
    return {};
}

TEST(Secret, StartsAsZeros) {
    const Secret secret(100);
    EXPECT_EQ(std::count(secret.view().begin(), secret.view().end(), 0), 100);
}

// A free slot keeps a link to the next in its first eight bytes; the rest must be zero.
TEST(Secret, IsWipedWhenItEnds) {
    const std::uint8_t* bytes = nullptr;
    {
        const Secret secret = filled(200, 0xa5);
        bytes = secret.view().data();
    }
    EXPECT_EQ(std::count(bytes, bytes + 200, 0xa5), 0);
    EXPECT_EQ(std::count(bytes + 8, bytes + 200, 0), 192);
}

TEST(Secret, IsZeroAgainWhenItsPlaceIsUsedAgain) {
    for (const std::size_t size : {1u, 32u, 33u, 64u, 500u, 4096u}) {
        filled(size, 0xff);
        const Secret again(size);
        EXPECT_EQ(std::count(again.view().begin(), again.view().end(), 0),
                  static_cast<std::ptrdiff_t>(size));
    }
}

TEST(Secret, WipesWhatItHeldWhenItIsAssigned) {
    Secret secret = filled(64, 0xa5);
    const std::uint8_t* before = secret.view().data();
    secret = filled(64, 0x5a);
    EXPECT_EQ(std::count(before, before + 64, 0xa5), 0);
    EXPECT_EQ(secret.view()[63], 0x5a);
}

TEST(Secret, LeavesNothingBehindWhenItIsMoved) {
    Secret from = filled(32, 1);
    const Secret to = std::move(from);
    EXPECT_TRUE(from.empty());  // NOLINT: what a moved-from secret holds is the claim
    EXPECT_EQ(to.view()[31], 1);
}

TEST(Secret, EqualsTheSameBytesAndNoOthers) {
    const Secret secret = filled(32, 7);
    EXPECT_TRUE(secret.equals(Bytes(32, 7)));
    EXPECT_FALSE(secret.equals(Bytes(31, 7)));
    Bytes other(32, 7);
    other[31] = 8;
    EXPECT_FALSE(secret.equals(other));
    EXPECT_TRUE(Secret().equals({}));
}

TEST(Secret, NeverSharesBytesWithAnotherWhileBothLive) {
    std::vector<Secret> secrets;
    std::vector<std::pair<const std::uint8_t*, const std::uint8_t*>> ranges;
    for (std::size_t i = 0; i < 3000; ++i) {  // more than one block of 1 MiB
        secrets.emplace_back(i * 37 % 4096 + 1);
        const ByteView view = secrets.back().view();
        ranges.emplace_back(view.data(), view.data() + view.size());
    }
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        ASSERT_LE(ranges[i - 1].second, ranges[i].first);
    }
}

TEST(Secret, MayBeMadeAndEndedByManyThreads) {
    std::vector<std::thread> threads;
    std::vector<int> spoilt(4, 0);
    for (std::size_t t = 0; t < spoilt.size(); ++t) {
        threads.emplace_back([t, &spoilt] {
            for (int i = 0; i < 20000; ++i) {
                const Secret mine = filled(32, static_cast<std::uint8_t>(t + 1));
                spoilt[t] += mine.view()[0] != t + 1 || mine.view()[31] != t + 1;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(spoilt, std::vector<int>(4, 0));
}

TEST(Secret, LiesInMemoryThatNoCoreDumpHolds) {
    const Secret secret(32);
    const std::string flags = mapping_flags(secret.view().data());
    if (flags.empty()) {
        GTEST_SKIP() << "this system does not tell the flags of a mapping";
    }
    EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
}

TEST(SecretDeathTest, TakesMoreThanFourKibibytesForABug) {
    EXPECT_DEATH(Secret(4097), "broken invariant");
}

TEST(HardenProcessDeathTest, TurnsOffCoreDumps) {
    const auto core_limit = [] {
        harden_process();
        rlimit limit{1, 1};
        getrlimit(RLIMIT_CORE, &limit);
        return limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 1;
    };
    EXPECT_EXIT(_exit(core_limit()), ::testing::ExitedWithCode(0), "");
}

TEST(HardenProcessDeathTest, SaysWhetherItWasDone) {
    const auto before_and_after = [] {
        const rlimit some_core{1 << 20, 1 << 20};
        setrlimit(RLIMIT_CORE, &some_core);
        if (process_is_hardened()) {
            return 1;
        }
        harden_process();
        return process_is_hardened() ? 0 : 2;
    };
    EXPECT_EXIT(_exit(before_and_after()), ::testing::ExitedWithCode(0), "");
}

#if !defined(ENTREPOT_SANITIZED)  // sanitizers make mlock do nothing, and allow debuggers
TEST(Secret, LiesInLockedMemoryWheneverTheProgramSaysSo) {
    const Secret secret(32);
    const std::string flags = mapping_flags(secret.view().data());
    if (flags.empty()) {
        GTEST_SKIP() << "this system does not tell the flags of a mapping";
    }
    if (secrets_are_locked()) {
        EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
    }
}

TEST(SecretArenaDeathTest, SaysSoWhenTheSystemRefusesToLock) {
    const auto refused_and_noticed = [] {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_MEMLOCK, &none);
        if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) {
            return 2;
        }
        SecretArena arena;
        return arena.is_locked() ? 1 : 0;
    };
    EXPECT_EXIT(_exit(refused_and_noticed()), ::testing::ExitedWithCode(0), "");
}

TEST(HardenProcessDeathTest, TurnsOffDebuggers) {
    const auto dumpable = [] {
        harden_process();
        return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    };
    EXPECT_EXIT(_exit(dumpable()), ::testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace entrepot::crypto
