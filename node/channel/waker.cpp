#include "node/channel/waker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "crypto/base/ensure.hpp"

namespace entrepot::node {

Waker::Waker() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ENSURE(event_ >= 0);
}

Waker::~Waker() {
    ::close(event_);
}

void Waker::post(std::function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    wake();
}

void Waker::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

void Waker::run_posted() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_, &count, sizeof count);
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks = std::exchange(tasks_, {});
    }
    for (auto& task : tasks) {
        task();
    }
}

}  // namespace entrepot::node
