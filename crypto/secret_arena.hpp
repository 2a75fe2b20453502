// SecretArena: locked pages, cut into slots of a few sizes, for Secret alone. Pages are never
// given back: a slot that is free holds zeros (but for a link) and waits for the next secret of its
// size. Does not wipe what a slot still holds when the process ends: locked pages reach no disk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace entrepot::crypto {

class SecretArena {
public:
    static constexpr std::size_t block_size = std::size_t{1} << 20;
    static constexpr std::size_t least_slot = 32;
    static constexpr std::size_t largest_slot = 4096;

    SecretArena();
    SecretArena(const SecretArena&) = delete;
    SecretArena& operator=(const SecretArena&) = delete;

    /// A zeroed slot of at least `size` bytes, 1…largest_slot; std::bad_alloc when the system has
    /// no page left. Any thread.
    std::uint8_t* take(std::size_t size);
    /// Wipes the slot and keeps it; `size` is what take() was asked for. Any thread.
    void give_back(std::uint8_t* slot, std::size_t size) noexcept;
    /// Whether every block so far is locked.
    bool is_locked() const;

private:
    struct FreeSlot {
        FreeSlot* next;
    };
    static constexpr std::size_t slot_sizes = 8;  // 32, 64 … 4096

    void map_block();

    mutable std::mutex mutex_;
    std::array<FreeSlot*, slot_sizes> free_{};
    std::uint8_t* uncut_ = nullptr;
    std::uint8_t* uncut_end_ = nullptr;
    bool locked_ = true;
};

}  // namespace entrepot::crypto
