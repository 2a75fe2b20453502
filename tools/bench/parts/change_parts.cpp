// One generated seizure on its way in and out: document, change, packed change, state.
#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "node/databases/validate.hpp"
#include "replication/model/record_state.hpp"
#include "tools/bench/parts/samples.hpp"

namespace entrepot::bench {
namespace {

double mean_size(const std::vector<Bytes>& all) {
    std::size_t sum = 0;
    for (const Bytes& one : all) {
        sum += one.size();
    }
    return static_cast<double>(sum) / static_cast<double>(all.size());
}

void document_to_assignments(benchmark::State& state) {
    const Samples& given = samples();
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            node::read_document(*given.schema, given.documents[i++ % sample_count]));
    }
}
BENCHMARK(document_to_assignments);

void encode_change(benchmark::State& state) {
    const Samples& given = samples();
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(replication::encode_change(given.changes[i++ % sample_count]));
    }
    state.counters["bytes"] = mean_size(given.encoded);
}
BENCHMARK(encode_change);

void decode_change(benchmark::State& state) {
    const Samples& given = samples();
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(replication::decode_change(given.encoded[i++ % sample_count]));
    }
}
BENCHMARK(decode_change);

void pack_change(benchmark::State& state) {
    const Samples& given = samples();
    replication::Packing packing;
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(packing.pack(given.encoded[i++ % sample_count]));
    }
    state.counters["bytes"] = mean_size(given.packed);
}
BENCHMARK(pack_change);

void unpack_change(benchmark::State& state) {
    const Samples& given = samples();
    replication::Packing packing;
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(packing.unpack(given.packed[i++ % sample_count]));
    }
}
BENCHMARK(unpack_change);

replication::CountedChange counted(const replication::Change& change) {
    return {{{}, {1}}, {}, {1}, change};
}

void merge_new_record(benchmark::State& state) {
    const Samples& given = samples();
    std::size_t i = 0;
    for (auto _ : state) {
        replication::RecordState record;
        replication::merge_change(record, counted(given.changes[i++ % sample_count]));
        benchmark::DoNotOptimize(record);
    }
}
BENCHMARK(merge_new_record);

void encode_state(benchmark::State& state) {
    replication::RecordState record;
    replication::merge_change(record, counted(samples().changes[0]));
    for (auto _ : state) {
        benchmark::DoNotOptimize(replication::encode_state(record));
    }
}
BENCHMARK(encode_state);

void decode_state(benchmark::State& state) {
    replication::RecordState record;
    replication::merge_change(record, counted(samples().changes[0]));
    const Bytes encoded = replication::encode_state(record);
    for (auto _ : state) {
        benchmark::DoNotOptimize(replication::decode_state(encoded));
    }
}
BENCHMARK(decode_state);

}  // namespace
}  // namespace entrepot::bench
