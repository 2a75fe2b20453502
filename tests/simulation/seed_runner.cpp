#include "tests/simulation/seed_runner.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace entrepot::simulation {
namespace {

void add(RangeResult& all, std::uint64_t seed, const RunResult& one) {
    ++all.seeds;
    all.messages += one.messages;
    all.commits += one.commits;
    all.crashes += one.crashes;
    all.erasures += one.erasures;
    for (const auto& [code, count] : one.errors) {
        all.errors[code] += count;
    }
    if (one.violation) {
        ++all.violations;
        if (!all.failed_seed || seed < *all.failed_seed) {
            all.failed_seed = seed;
            all.failure = *one.violation + "\nsee it again: " + replay_command(seed);
        }
    }
}

}  // namespace

std::string replay_command(std::uint64_t seed) {
    return "tools/simulate --seeds 1 --from " + std::to_string(seed);
}

RangeResult run_range(const SeedRange& range,
                      const std::function<void(const RangeResult&)>& progress) {
    RangeResult result;
    std::mutex mutex;
    std::atomic<std::uint64_t> next{0};
    const auto work = [&] {
        Packing packing(Packing::no_dictionary);
        for (std::uint64_t taken = next++; taken < range.count; taken = next++) {
            const std::uint64_t seed = range.first + taken;
            const RunResult one = run_seed({seed, range.fault}, packing);
            const std::lock_guard hold(mutex);
            add(result, seed, one);
            if (range.stop_at_first && result.violations > 0) {
                next = range.count;
            }
            if (progress) {
                progress(result);
            }
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < std::max(1u, range.threads); ++i) {
        threads.emplace_back(work);
    }
    work();
    for (std::thread& thread : threads) {
        thread.join();
    }
    return result;
}

}  // namespace entrepot::simulation
