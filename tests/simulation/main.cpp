// Runs the tests; or, given --seeds, as many simulated runs as asked for: see tools/simulate.
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>

#include "crypto/primitives.hpp"
#include "tests/simulation/seed_runner.hpp"

namespace entrepot::simulation {
namespace {

constexpr int exit_ok = 0, exit_violation = 1, exit_usage = 2;

std::optional<std::uint64_t> number_after(int count, char** words, std::string_view option) {
    for (int i = 1; i + 1 < count; ++i) {
        if (words[i] == option) {
            const std::string_view text = words[i + 1];
            std::uint64_t value = 0;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
            return read.ec == std::errc{} && read.ptr == text.data() + text.size()
                       ? std::optional(value)
                       : std::nullopt;
        }
    }
    return std::nullopt;
}

bool asks_for_seeds(int count, char** words) {
    for (int i = 1; i < count; ++i) {
        if (std::string_view(words[i]) == "--seeds") {
            return true;
        }
    }
    return false;
}

void print_summary(const RangeResult& result, double seconds) {
    std::printf("\r%llu seeds in %.1f s, %.1f seeds/s; %llu messages, %llu commits, %llu crashes, "
                "%llu erasures\n",
                static_cast<unsigned long long>(result.seeds), seconds,
                static_cast<double>(result.seeds) / seconds,
                static_cast<unsigned long long>(result.messages),
                static_cast<unsigned long long>(result.commits),
                static_cast<unsigned long long>(result.crashes),
                static_cast<unsigned long long>(result.erasures));
    for (const auto& [code, count] : result.errors) {
        std::printf("  sessions ended by %-28s %llu\n", code.c_str(),
                    static_cast<unsigned long long>(count));
    }
    if (result.failed_seed) {
        std::printf("%llu violations; seed %llu %s\n",
                    static_cast<unsigned long long>(result.violations),
                    static_cast<unsigned long long>(*result.failed_seed), result.failure.c_str());
    } else {
        std::printf("no violation\n");
    }
}

int run_seeds(int count, char** words) {
    SeedRange range;
    const auto seeds = number_after(count, words, "--seeds");
    if (!seeds) {
        std::fprintf(stderr, "usage: tools/simulate --seeds N [--from S] [--threads T]\n");
        return exit_usage;
    }
    range.count = *seeds;
    range.first = number_after(count, words, "--from").value_or(1);
    range.threads = static_cast<unsigned>(
        number_after(count, words, "--threads").value_or(std::thread::hardware_concurrency()));
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const RangeResult result = run_range(range, [&](const RangeResult& so_far) {
        if (so_far.seeds % 16 == 0) {
            std::fprintf(stderr, "\r%llu of %llu seeds, %llu violations, %.0f s",
                         static_cast<unsigned long long>(so_far.seeds),
                         static_cast<unsigned long long>(range.count),
                         static_cast<unsigned long long>(so_far.violations), seconds());
        }
    });
    print_summary(result, seconds());
    return result.failed_seed ? exit_violation : exit_ok;
}

}  // namespace
}  // namespace entrepot::simulation

int main(int count, char** words) {
    if (!entrepot::crypto::initialise()) {
        std::fprintf(stderr, "the crypto library does not start\n");
        return entrepot::simulation::exit_violation;
    }
    if (entrepot::simulation::asks_for_seeds(count, words)) {
        return entrepot::simulation::run_seeds(count, words);
    }
    testing::InitGoogleTest(&count, words);
    return RUN_ALL_TESTS();
}
