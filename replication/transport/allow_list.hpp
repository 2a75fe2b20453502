// AllowList: the transport keys that may connect, shared by the thread that authenticates and the
// one that drives the endpoint.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>

#include "replication/transport/endpoint.hpp"

namespace entrepot::replication {

class AllowList {
public:
    explicit AllowList(std::set<PeerKey> keys = {}) : keys_(std::move(keys)) {}

    bool contains(const PeerKey& key) const {
        const std::lock_guard lock(mutex_);
        return keys_.count(key) != 0;
    }
    /// Puts `keys` in place and returns what was there.
    std::set<PeerKey> replace(std::set<PeerKey> keys) {
        const std::lock_guard lock(mutex_);
        keys_.swap(keys);
        return keys;
    }
    void count_stranger() { ++strangers_; }
    std::uint64_t strangers() const { return strangers_; }

private:
    mutable std::mutex mutex_;
    std::set<PeerKey> keys_;
    std::atomic<std::uint64_t> strangers_{0};
};

}  // namespace entrepot::replication
