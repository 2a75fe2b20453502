#include "node/access/attempts.hpp"

#include <algorithm>

#include "crypto/base/wire.hpp"
#include "node/access/node_directory.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t file_limit = 64 * 1024;
constexpr std::int64_t first_wait_ms = 1000;
constexpr std::uint32_t doublings_most = 16;

}  // namespace

Attempts::Attempts(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file)), clock_(clock) {
    read();
}

void Attempts::read() {
    const auto bytes = read_file(file_, file_limit);
    if (!bytes) {
        return;
    }
    WireReader in(*bytes);
    std::map<unsigned, Count> read;
    for (std::uint32_t count = in.u32(); count > 0 && in.ok(); --count) {
        const std::uint32_t slot = in.u32();
        Count& kept = read[slot];
        kept.failed = in.u32();
        kept.noted_ms = static_cast<std::int64_t>(in.u64());
    }
    if (!in.finish("attempts")) {
        return;
    }
    counts_ = std::move(read);
    bool rebooted = false;
    for (auto& [slot, count] : counts_) {
        if (count.noted_ms > clock_.steady().ms) {
            count.noted_ms = 0;
            rebooted = true;
        }
    }
    if (rebooted) {
        keep();
    }
}

void Attempts::keep() const {
    WireWriter out;
    out.u32(static_cast<std::uint32_t>(counts_.size()));
    for (const auto& [slot, count] : counts_) {
        out.u32(slot).u32(count.failed).u64(static_cast<std::uint64_t>(count.noted_ms));
    }
    static_cast<void>(write_file(file_, out.view()));
}

std::int64_t Attempts::wait_of(const Count& count) const {
    if (count.failed == 0) {
        return 0;
    }
    const std::int64_t elapsed = clock_.steady().ms - count.noted_ms;
    const std::int64_t whole =
        std::min(longest_slot_wait_ms, first_wait_ms << std::min(count.failed - 1, doublings_most));
    return std::clamp(whole - elapsed, std::int64_t{0}, whole);
}

std::int64_t Attempts::wait_ms(unsigned slot) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(slot);
    return found == counts_.end() ? 0 : wait_of(found->second);
}

Status Attempts::check(std::span<const unsigned> slots) const {
    std::int64_t least = slots.empty() ? 0 : longest_slot_wait_ms;
    for (const unsigned slot : slots) {
        least = std::min(least, wait_ms(slot));
    }
    if (least > 0) {
        return Error{access_wait, "after a wrong passphrase: wait " +
                                      std::to_string((least + 999) / 1000) +
                                      " s before the next try"};
    }
    return {};
}

void Attempts::begin(std::span<const unsigned> slots) {
    const std::lock_guard lock(mutex_);
    for (const unsigned slot : slots) {
        Count& count = counts_[slot];
        ++count.failed;
        count.noted_before_ms = count.noted_ms;
        count.noted_ms = clock_.steady().ms;
    }
    keep();
}

void Attempts::succeeded(unsigned slot) {
    const std::lock_guard lock(mutex_);
    counts_.erase(slot);
    keep();
}

void Attempts::take_back(std::span<const unsigned> slots) {
    const std::lock_guard lock(mutex_);
    for (const unsigned slot : slots) {
        const auto found = counts_.find(slot);
        if (found == counts_.end()) {
            continue;
        }
        found->second.noted_ms = found->second.noted_before_ms;
        if (--found->second.failed == 0) {
            counts_.erase(found);
        }
    }
    keep();
}

unsigned Attempts::failed(unsigned slot) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(slot);
    return found == counts_.end() ? 0 : found->second.failed;
}

}  // namespace entrepot::node
