#include "crypto/secret_arena.hpp"

#include <sodium.h>
#include <sys/mman.h>

#include <bit>
#include <new>

#include "crypto/base/ensure.hpp"

namespace entrepot::crypto {
namespace {

std::size_t slot_class(std::size_t size) {
    ENSURE(size > 0 && size <= SecretArena::largest_slot);
    constexpr auto least_bits = std::bit_width(SecretArena::least_slot - 1);
    return size <= SecretArena::least_slot
               ? 0
               : static_cast<std::size_t>(std::bit_width(size - 1) - least_bits);
}

std::size_t slot_bytes(std::size_t size_class) {
    return SecretArena::least_slot << size_class;
}

}  // namespace

SecretArena::SecretArena() {
    map_block();
}

// MADV_WIPEONFORK is left out: the worker is started by fork and exec, and between the two the
// child may still need what the parent holds. mlock says no where sodium_malloc would stay silent.
void SecretArena::map_block() {
    void* block =
        mmap(nullptr, block_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        throw std::bad_alloc();
    }
    locked_ = mlock(block, block_size) == 0 && locked_;
    madvise(block, block_size, MADV_DONTDUMP);
    uncut_ = static_cast<std::uint8_t*>(block);
    uncut_end_ = uncut_ + block_size;
}

std::uint8_t* SecretArena::take(std::size_t size) {
    const std::size_t size_class = slot_class(size);
    const std::lock_guard hold(mutex_);
    if (FreeSlot* slot = free_[size_class]) {
        free_[size_class] = slot->next;
        slot->next = nullptr;
        return reinterpret_cast<std::uint8_t*>(slot);
    }
    // What is left of a block too small for this slot is lost: at most 4 KiB in 1 MiB.
    if (static_cast<std::size_t>(uncut_end_ - uncut_) < slot_bytes(size_class)) {
        map_block();
    }
    std::uint8_t* out = uncut_;
    uncut_ += slot_bytes(size_class);
    return out;
}

void SecretArena::give_back(std::uint8_t* slot, std::size_t size) noexcept {
    const std::size_t size_class = slot_class(size);
    sodium_memzero(slot, size);
    const std::lock_guard hold(mutex_);
    free_[size_class] = new (slot) FreeSlot{free_[size_class]};
}

bool SecretArena::is_locked() const {
    const std::lock_guard hold(mutex_);
    return locked_;
}

}  // namespace entrepot::crypto
