// Primitives at the size of a record: 600 bytes.
#include <benchmark/benchmark.h>

#include "tools/bench/parts/samples.hpp"

namespace entrepot::bench {
namespace {

constexpr std::size_t record_bytes = 600;

void seal(benchmark::State& state) {
    crypto::SystemEntropy entropy;
    const auto key = (samples(), entropy.secret(crypto::aead_key_size));
    const Bytes plain(record_bytes, 'x');
    Bytes out;
    for (auto _ : state) {
        out.clear();
        crypto::seal_once(key.view(), plain, out);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(seal);

void seal_row(benchmark::State& state) {
    crypto::SystemEntropy entropy;
    const auto key = (samples(), entropy.secret(crypto::aead_key_size));
    const Bytes plain(record_bytes, 'x');
    for (auto _ : state) {
        benchmark::DoNotOptimize(crypto::seal_random(key.view(), {}, plain, entropy));
    }
}
BENCHMARK(seal_row);

void open(benchmark::State& state) {
    crypto::SystemEntropy entropy;
    const auto key = (samples(), entropy.secret(crypto::aead_key_size));
    Bytes sealed;
    crypto::seal_once(key.view(), Bytes(record_bytes, 'x'), sealed);
    for (auto _ : state) {
        benchmark::DoNotOptimize(crypto::open_once(key.view(), sealed));
    }
}
BENCHMARK(open);

void hash(benchmark::State& state) {
    const Bytes plain(record_bytes, 'x');
    for (auto _ : state) {
        benchmark::DoNotOptimize(crypto::hash(crypto::domain::hash, {plain}));
    }
}
BENCHMARK(hash);

void sign(benchmark::State& state) {
    const SampleLog log;
    const Bytes header(replication::commit_signed_size, 'x');
    for (auto _ : state) {
        benchmark::DoNotOptimize(log.writer().sign(crypto::domain::commit, {header}));
    }
}
BENCHMARK(sign);

void verify(benchmark::State& state) {
    const SampleLog log;
    const Bytes header(replication::commit_signed_size, 'x');
    const auto signature = log.writer().sign(crypto::domain::commit, {header});
    for (auto _ : state) {
        must(crypto::verify(log.writer().public_key(), crypto::domain::commit, {header},
                            signature));
    }
}
BENCHMARK(verify);

}  // namespace
}  // namespace entrepot::bench
