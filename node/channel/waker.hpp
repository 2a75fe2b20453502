// Waker: closures posted from other threads to a loop that waits on descriptors.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace entrepot::node {

class Waker {
public:
    Waker();
    ~Waker();
    Waker(const Waker&) = delete;

    /// From any thread: runs `task` in the loop's thread, in order.
    void post(std::function<void()> task);
    /// From any thread: makes descriptor() readable.
    void wake();
    /// In the loop's thread: runs what was posted.
    void run_posted();
    int descriptor() const { return event_; }

private:
    int event_ = -1;
    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;
};

}  // namespace entrepot::node
