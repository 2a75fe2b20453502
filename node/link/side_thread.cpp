#include "node/link/side_thread.hpp"

#include <utility>

namespace entrepot::node {

SideThread::SideThread(std::function<void()> wake)
    : wake_(std::move(wake)), thread_([this] { run(); }) {}

SideThread::~SideThread() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void SideThread::submit(Work work) {
    {
        const std::lock_guard lock(mutex_);
        submitted_.push_back(std::move(work));
    }
    changed_.notify_all();
}

void SideThread::run_follows() {
    std::vector<Follow> follows;
    {
        const std::lock_guard lock(mutex_);
        follows = std::exchange(follows_, {});
    }
    for (Follow& follow : follows) {
        follow();
    }
}

void SideThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !submitted_.empty(); });
        if (ending_) {
            return;
        }
        const Work work = std::move(submitted_.front());
        submitted_.pop_front();
        lock.unlock();
        Follow follow = work();
        lock.lock();
        follows_.push_back(std::move(follow));
        wake_();
    }
}

}  // namespace entrepot::node
