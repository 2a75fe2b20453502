#include "node/link/log_writer.hpp"

#include <algorithm>
#include <utility>

namespace entrepot::node {
namespace {

bool has_roster_entry(const std::vector<replication::Write>& writes) {
    return std::any_of(writes.begin(), writes.end(), [](const replication::Write& write) {
        return std::holds_alternative<replication::RosterWrite>(write.what) ||
               std::holds_alternative<replication::SettledRosterWrite>(write.what);
    });
}

}  // namespace

LogWriter::LogWriter(LogStore& store, std::function<void()> done)
    : store_(store), done_(std::move(done)), thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void LogWriter::submit(std::vector<replication::Write> writes) {
    if (writes.empty()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (failed_) {
            return;
        }
        submitted_.insert(submitted_.end(), std::make_move_iterator(writes.begin()),
                          std::make_move_iterator(writes.end()));
    }
    changed_.notify_all();
}

std::vector<WriteOutcome> LogWriter::take_outcomes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(outcomes_, {});
}

void LogWriter::settle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return submitted_.empty() && !busy_; });
}

void LogWriter::set_make_room(std::function<bool()> make_room) {
    const std::lock_guard lock(mutex_);
    make_room_ = std::move(make_room);
}

Status LogWriter::write(const std::vector<replication::Write>& writes) {
    Status stored = store_.write(writes);
    if (stored || stored.error().code != store_disk_full) {
        return stored;
    }
    std::function<bool()> make_room;
    {
        const std::lock_guard lock(mutex_);
        make_room = make_room_;
    }
    return make_room && make_room() ? store_.write(writes) : stored;
}

void LogWriter::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !submitted_.empty(); });
        if (submitted_.empty()) {
            return;
        }
        const std::vector<replication::Write> writes = std::exchange(submitted_, {});
        busy_ = true;
        lock.unlock();
        WriteOutcome outcome{writes.back().sequence, write(writes), {}};
        if (auto position = store_.last_position()) {
            outcome.position = *position;
        }
        lock.lock();
        busy_ = false;
        if (!outcome.stored) {  // later writes may rest on these: the replica starts anew from the
                                // disk
            failed_ = true;
            submitted_.clear();
        }
        const bool may_have_erased = outcome.stored && has_roster_entry(writes);
        outcomes_.push_back(std::move(outcome));
        changed_.notify_all();
        done_();
        if (may_have_erased) {
            busy_ = true;
            lock.unlock();
            static_cast<void>(store_.compact_erased());
            lock.lock();
            busy_ = false;
            changed_.notify_all();
            done_();
        }
    }
}

}  // namespace entrepot::node
