// Commits of one change (an officer's save) and of 256 (an import).
#include <benchmark/benchmark.h>

#include "replication/log/commit_opener.hpp"
#include "tools/bench/parts/samples.hpp"

namespace entrepot::bench {
namespace {

void build_commit(benchmark::State& state) {
    SampleLog log;
    const auto changes = static_cast<std::size_t>(state.range(0));
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = log.next(changes).size();
    }
    state.counters["bytes"] = static_cast<double>(bytes);
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(build_commit)->Arg(1)->Arg(256);

void parse_and_verify_commit(benchmark::State& state) {
    SampleLog log;
    const Bytes commit = log.next(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        const auto parsed = value_of(replication::parse_commit(commit));
        must(replication::verify_root(parsed));
        must(replication::verify_signature(parsed, log.writer().public_key()));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(parse_and_verify_commit)->Arg(1)->Arg(256);

void open_commit(benchmark::State& state) {
    SampleLog log;
    const Bytes commit = log.next(static_cast<std::size_t>(state.range(0)));
    const auto parsed = value_of(replication::parse_commit(commit));
    replication::Packing packing;
    for (auto _ : state) {
        benchmark::DoNotOptimize(replication::open_commit(parsed, log.key(), packing));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(open_commit)->Arg(1)->Arg(256);

}  // namespace
}  // namespace entrepot::bench
