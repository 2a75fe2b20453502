// BatchPacker: encodes and packs changes of an import in a thread of its own, so that the next rows
// are read meanwhile. Batches come out in the order they went in. Saves nothing.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "node/journal/author.hpp"

namespace entrepot::node {

/// A change and the row of the file that it begins with, for messages.
struct RowChange {
    replication::Change change;
    std::uint64_t row = 0;
};

struct PackedBatch {
    std::vector<PackedChange> changes;
    /// Changes over a limit of the format: left out.
    std::vector<std::pair<std::uint64_t, Error>> refused;
};

class BatchPacker {
public:
    /// `packed` is called in the packer's thread, once for each batch.
    explicit BatchPacker(std::function<void(PackedBatch)> packed);
    /// Packs what it holds, then ends.
    ~BatchPacker();
    BatchPacker(const BatchPacker&) = delete;

    /// The caller bounds how many batches are under way.
    void pack(std::vector<RowChange> batch);

private:
    void run();
    PackedBatch pack_all(std::vector<RowChange> batch);

    std::function<void(PackedBatch)> packed_;
    replication::Packing packing_;
    std::mutex mutex_;  ///< of what follows
    std::condition_variable changed_;
    std::deque<std::vector<RowChange>> waiting_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace entrepot::node
