// The two environments on the disk of the working directory: rows of views, and single saves made
// durable one after the other as one officer's are.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "node/store/view_store.hpp"
#include "replication/model/record_state.hpp"
#include "tools/bench/parts/samples.hpp"

namespace entrepot::bench {
namespace {

class DiskFolder {
public:
    DiskFolder() {
        std::string name = (std::filesystem::current_path() / "parts_XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            end_with(Error{node::store_unreadable, name});
        }
        path_ = name;
    }
    ~DiskFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    DiskFolder(const DiskFolder&) = delete;
    DiskFolder& operator=(const DiskFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

void save_view_row(benchmark::State& state) {
    constexpr std::uint64_t flush_after = 20'000;
    const DiskFolder folder;
    crypto::SystemEntropy entropy;
    replication::RecordState record;
    replication::merge_change(record, {{{}, {1}}, {}, {1}, samples().changes[0]});
    const auto views = value_of(
        node::ViewStore::open(folder.path() / "views", entropy.secret(crypto::aead_key_size)));
    for (auto _ : state) {
        must(views->save({{}, entropy.fixed<replication::RecordId>()}, record));
        if (views->unflushed() >= flush_after) {
            must(views->flush());
        }
    }
    must(views->flush());
}
BENCHMARK(save_view_row);

void durable_save(benchmark::State& state) {
    const DiskFolder folder;
    crypto::SystemEntropy entropy;
    SampleLog log;
    const auto store = value_of(node::LogStore::open(folder.path() / "log",
                                                     node::LogStore::Access::read_write,
                                                     entropy.secret(crypto::aead_key_size)));
    std::vector<double> took;
    std::uint64_t sequence = 0;
    for (auto _ : state) {
        const auto started = std::chrono::steady_clock::now();
        Bytes commit = log.next(1);
        const Hash hash = replication::commit_hash(commit);
        const replication::Write write{
            ++sequence,
            replication::CommitWrite{log.descriptor().id(), log.descriptor(), log.number(), hash,
                                     std::move(commit)}};
        must(store->write({&write, 1}));
        const std::chrono::duration<double, std::milli> one =
            std::chrono::steady_clock::now() - started;
        took.push_back(one.count());
    }
    std::sort(took.begin(), took.end());
    state.counters["p50_ms"] = took[took.size() / 2];
    state.counters["p99_ms"] = took[took.size() * 99 / 100];
}
BENCHMARK(durable_save)->Iterations(1000)->UseRealTime();

}  // namespace
}  // namespace entrepot::bench
