// ImportJob: one file on its way in. Its own thread reads and checks rows, another packs them; the
// worker's thread saves them, 256 to a commit. A record that is here already is left as it is, so
// the same file twice adds nothing. What is confirmed is durable and visible.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <thread>

#include "node/channel/waker.hpp"
#include "node/desk/places.hpp"
#include "node/desk/record_desk.hpp"
#include "node/import/importer.hpp"
#include "node/journal/batch_packer.hpp"

namespace entrepot::node {

inline constexpr ErrorCode import_unknown{"import.unknown", ErrorKind::not_found};
inline constexpr ErrorCode import_finished{"import.finished", ErrorKind::invalid_input};

struct ImportWish {
    Mapping mapping;
    Place place;
    bool dry_run = false;
};

struct ImportCounts {
    std::uint64_t rows = 0, records = 0, added = 0, already_here = 0, confirmed = 0, problems = 0;
};

class ImportJob {
public:
    /// `waker` and `desk` must outlive the job; `desk` is used in the waker's thread only.
    ImportJob(ImportWish wish, Desk& desk, Waker& waker);
    /// Stops reading; what was confirmed stays.
    ~ImportJob();
    ImportJob(const ImportJob&) = delete;

    /// Takes the next bytes; `done` is called, in any thread, once there is room for more. An error
    /// of an earlier chunk is told then.
    void feed(Bytes rows, JsonDone done);
    /// Takes the end; `done` gets the report when everything is confirmed.
    void finish(JsonDone done);

private:
    struct Chunk {
        Bytes rows;
        bool last = false;
        JsonDone done;
    };
    void run();
    Status read(const Chunk& chunk);
    void gather(bool all);
    void send_batch();
    void take_packed(PackedBatch batch);
    void save(const std::shared_ptr<PackedBatch>& batch);
    void settle(std::uint64_t confirmed, std::uint64_t already_here, const Status& status);
    Result<nlohmann::json> progress();
    Result<nlohmann::json> report();

    ImportWish wish_;
    Acting officer_;  ///< who began it and signs what it saves
    Desk& desk_;
    Waker& waker_;
    Importer importer_;
    std::vector<RowChange> gathered_;
    std::vector<RefusedRow> refused_;

    std::mutex mutex_;  ///< of what follows
    std::vector<RowProblem> problems_;
    std::condition_variable changed_;
    std::deque<Chunk> chunks_;
    ImportCounts counts_;
    std::size_t in_flight_ = 0;
    Status failed_;
    bool stopping_ = false;
    bool ended_ = false;
    BatchPacker packer_;
    std::thread thread_;
};

}  // namespace entrepot::node
