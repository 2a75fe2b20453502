// SideThread: one thread beside a loop, for work that reads a disk or computes for long. What is to
// follow runs in the loop's thread, in the order of the work.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace entrepot::node {

class SideThread {
public:
    /// Runs in the loop's thread.
    using Follow = std::function<void()>;
    /// Runs in the side thread.
    using Work = std::function<Follow()>;

    /// `wake` is called in the side thread when something is to follow; it may only wake others.
    explicit SideThread(std::function<void()> wake);
    /// Ends after the work under way; what was not begun is dropped.
    ~SideThread();
    SideThread(const SideThread&) = delete;

    void submit(Work work);
    /// In the loop's thread: what follows the work done so far.
    void run_follows();

private:
    void run();
    std::function<void()> wake_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> submitted_;
    std::vector<Follow> follows_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace entrepot::node
