#include "node/desk/import_job.hpp"

#include <nlohmann/json.hpp>

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr std::size_t batch_changes = replication::commit_change_limit;
constexpr std::size_t most_in_flight = 6;

/// The same for the same row of the same file in the same compartment, on every node.
replication::RecordId record_id(const Place& place, const Bytes& key) {
    replication::RecordId out;
    out.bytes = crypto::hash128(crypto::domain::import_key,
                                {place.id.view(), as_bytes(place.database), key});
    return out;
}

json problem_json(const RowProblem& problem) {
    return {{"row", problem.row},     {"column", problem.column},
            {"value", problem.value}, {"code", problem.code.name()},
            {"why", problem.why},     {"refused", problem.refused}};
}

}  // namespace

ImportJob::ImportJob(ImportWish wish, Desk& desk, Waker& waker)
    : wish_(std::move(wish)),
      officer_(desk.acting()),
      desk_(desk),
      waker_(waker),
      importer_(wish_.mapping),
      packer_([this](PackedBatch batch) { take_packed(std::move(batch)); }),
      thread_([this] { run(); }) {}

ImportJob::~ImportJob() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ImportJob::feed(Bytes rows, JsonDone done) {
    std::unique_lock lock(mutex_);
    if (ended_) {
        lock.unlock();
        return done(Error{import_finished, "this import is finished; start another"});
    }
    // One chunk may lie ready while another is read: the sender is answered at once for it.
    const bool ready = chunks_.empty();
    chunks_.push_back({std::move(rows), false, ready ? JsonDone{} : done});
    changed_.notify_all();
    lock.unlock();
    if (ready) {
        done(progress());
    }
}

void ImportJob::finish(JsonDone done) {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    chunks_.push_back({{}, true, std::move(done)});
    changed_.notify_all();
}

void ImportJob::run() {
    while (true) {
        Chunk chunk;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !chunks_.empty(); });
            if (stopping_) {
                return;
            }
            chunk = std::move(chunks_.front());
            chunks_.pop_front();
        }
        const Status taken = read(chunk);
        if (!taken) {
            const std::lock_guard lock(mutex_);
            failed_ = failed_ ? taken : failed_;
        }
        if (!chunk.last) {
            if (chunk.done) {
                chunk.done(progress());
            }
            continue;
        }
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || in_flight_ == 0; });
        }
        chunk.done(report());
        return;
    }
}

Status ImportJob::read(const Chunk& chunk) {
    {
        const std::lock_guard lock(mutex_);
        TRY(failed_);
    }
    TRY(chunk.last ? importer_.finish() : importer_.feed(as_text(chunk.rows)));
    {
        auto problems = importer_.take_problems();
        const std::lock_guard lock(mutex_);
        problems_.insert(problems_.end(), std::make_move_iterator(problems.begin()),
                         std::make_move_iterator(problems.end()));
    }
    auto refused = importer_.take_refused();
    refused_.insert(refused_.end(), std::make_move_iterator(refused.begin()),
                    std::make_move_iterator(refused.end()));
    gather(chunk.last);
    return {};
}

void ImportJob::gather(bool all) {
    for (ImportedRecord& record : importer_.take_records()) {
        replication::Change change;
        change.record = record_id(wish_.place, record.key);
        change.database = wish_.place.database;
        change.assignments = std::move(record.assignments);
        gathered_.push_back(
            {std::move(change), record.rows.empty() ? std::uint64_t{0} : record.rows.front()});
        if (gathered_.size() >= batch_changes) {
            send_batch();
        }
    }
    if (all && !gathered_.empty()) {
        send_batch();
    }
    const std::lock_guard lock(mutex_);
    counts_.rows = importer_.rows_read();
    counts_.problems = problems_.size();
}

void ImportJob::send_batch() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || in_flight_ < most_in_flight; });
        ++in_flight_;
    }
    packer_.pack(std::exchange(gathered_, {}));
}

void ImportJob::take_packed(PackedBatch batch) {
    {
        const std::lock_guard lock(mutex_);
        counts_.records += batch.changes.size();
        for (const auto& [row, error] : batch.refused) {
            problems_.push_back({row, "", "", error.code, error.context, true});
        }
        counts_.problems = problems_.size();
        if (stopping_) {
            return;
        }
    }
    if (wish_.dry_run || batch.changes.empty()) {
        return settle(0, 0, {});
    }
    waker_.post([this, whole = std::make_shared<PackedBatch>(std::move(batch))] { save(whole); });
}

void ImportJob::save(const std::shared_ptr<PackedBatch>& batch) {
    const Desk::ActingAs as(desk_, officer_);
    std::vector<PackedChange> fresh;
    std::uint64_t already_here = 0;
    for (PackedChange& change : batch->changes) {
        auto held = desk_.views().record({wish_.place.id, change.change.record});
        if (!held) {
            return settle(0, 0, std::move(held).error());
        }
        // One that was erased by order was here: importing its file again does not bring it back.
        if (*held || desk_.roster().is_erased(wish_.place.id, change.change.record)) {
            ++already_here;
        } else {
            fresh.push_back(std::move(change));
        }
    }
    if (fresh.empty()) {
        return settle(0, already_here, {});
    }
    const std::uint64_t count = fresh.size();
    desk_.save(wish_.place.id, std::move(fresh), [this, count, already_here](Status status) {
        settle(status ? count : 0, already_here, status);
    });
}

void ImportJob::settle(std::uint64_t confirmed, std::uint64_t already_here, const Status& status) {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    counts_.confirmed += confirmed + already_here;
    counts_.added += confirmed;
    counts_.already_here += already_here;
    if (!status && failed_) {
        failed_ = status;
    }
    changed_.notify_all();
}

Result<json> ImportJob::progress() {
    const std::lock_guard lock(mutex_);
    TRY(failed_);
    return json{{"rows", counts_.rows},
                {"records", counts_.records},
                {"confirmed", counts_.confirmed},
                {"problems", counts_.problems}};
}

Result<json> ImportJob::report() {
    const std::lock_guard lock(mutex_);
    TRY(failed_);
    json problems = json::array();
    for (const RowProblem& problem : problems_) {
        problems.push_back(problem_json(problem));
    }
    const bool has_header = !refused_.empty() && !importer_.header().empty();
    std::string mend = has_header ? importer_.header() + '\n' : "";
    for (const RefusedRow& row : refused_) {
        mend += row.raw;
        mend += '\n';
    }
    return json{{"rows", counts_.rows},           {"records", counts_.records},
                {"added", counts_.added},         {"already_here", counts_.already_here},
                {"confirmed", counts_.confirmed}, {"refused_rows", refused_.size()},
                {"dry_run", wish_.dry_run},       {"problems", std::move(problems)},
                {"mend", std::move(mend)}};
}

}  // namespace entrepot::node
