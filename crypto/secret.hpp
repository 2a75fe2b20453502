// Secret: bytes that live only in locked, wiped memory. Not copyable, not printable; compare only
// in constant time. Allocation comes from one small arena, locked when first used.
#pragma once

#include <cstddef>

#include "crypto/base/bytes.hpp"

namespace entrepot::crypto {

/// A fixed number of secret bytes (at most 4096), zero at first, wiped when it ends.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::size_t size);
    /// Copies the bytes; the caller wipes its own copy (see wipe()).
    static Secret copy_of(ByteView bytes);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret duplicate() const { return copy_of(view()); }
    ByteView view() const { return {bytes_, size_}; }
    MutableByteView mutable_view() { return {bytes_, size_}; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    /// Constant time for equal sizes.
    bool equals(ByteView other) const;

private:
    std::uint8_t* bytes_ = nullptr;
    std::size_t size_ = 0;
};

/// Overwrites bytes in a way the compiler keeps.
void wipe(MutableByteView bytes);

/// Whether the system let us lock the memory of secrets; false is a warning in status.
bool secrets_are_locked();

/// Turns off core dumps and debugger attachment for this process; called first in main.
void harden_process();
/// Whether core dumps and debugger attachment are off; false is a warning in status.
bool process_is_hardened();

}  // namespace entrepot::crypto
