// LogWriter: the one thread that writes the environment `log`. Everything submitted while a
// transaction is under way shares the next one: many savers, one fdatasync.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "node/store/log_store.hpp"

namespace entrepot::node {

struct WriteOutcome {
    std::uint64_t last_sequence = 0;  ///< of the writes of the transaction
    Status stored;
    LogPosition position;  ///< of the log after it
};

class LogWriter {
public:
    /// After a transaction with a roster entry it also compacts what erasures left, if they did;
    /// what is submitted meanwhile waits. Where that fails the store's marks say so.
    /// `done` is called in the writer's thread after each transaction; it may only wake others.
    LogWriter(LogStore& store, std::function<void()> done);
    /// Finishes what was submitted.
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;

    /// Asked, in the writer's thread, when the disk is full: whether room was made, so that the
    /// same writes are tried once more.
    void set_make_room(std::function<bool()> make_room);
    void submit(std::vector<replication::Write> writes);
    std::vector<WriteOutcome> take_outcomes();
    /// Waits until nothing is submitted or under way; what follows an error is not written.
    void settle();

private:
    void run();
    Status write(const std::vector<replication::Write>& writes);
    LogStore& store_;
    std::function<void()> done_;
    std::function<bool()> make_room_;  ///< under mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<replication::Write> submitted_;
    std::vector<WriteOutcome> outcomes_;
    bool busy_ = false;
    bool failed_ = false;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace entrepot::node
