#include "node/journal/batch_packer.hpp"

namespace entrepot::node {

BatchPacker::BatchPacker(std::function<void(PackedBatch)> packed)
    : packed_(std::move(packed)), thread_([this] { run(); }) {}

BatchPacker::~BatchPacker() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void BatchPacker::pack(std::vector<RowChange> batch) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(batch));
    }
    changed_.notify_all();
}

PackedBatch BatchPacker::pack_all(std::vector<RowChange> batch) {
    PackedBatch out;
    out.changes.reserve(batch.size());
    for (RowChange& row : batch) {
        const auto plain = replication::encode_change(row.change);
        if (!plain) {
            out.refused.emplace_back(row.row, plain.error());
            continue;
        }
        out.changes.push_back({std::move(row.change), packing_.pack(*plain)});
    }
    return out;
}

void BatchPacker::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) {
            return;
        }
        std::vector<RowChange> batch = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        packed_(pack_all(std::move(batch)));
        lock.lock();
    }
}

}  // namespace entrepot::node
