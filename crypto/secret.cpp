#include "crypto/secret.hpp"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <utility>

#include "crypto/secret_arena.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define ENTREPOT_LEAK_CHECKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ENTREPOT_LEAK_CHECKER 1
#endif
#endif

namespace entrepot::crypto {
namespace {

// The one object of the program that nobody passes down: a Secret is a value made everywhere, and
// a pointer to its arena in each would cost more than it explains. Made at first use, never ended,
// so that a Secret in static storage may outlive everything else.
SecretArena& arena() {
    static SecretArena& only = *new SecretArena;
    return only;
}

}  // namespace

Secret::Secret(std::size_t size) : bytes_(size == 0 ? nullptr : arena().take(size)), size_(size) {}

Secret Secret::copy_of(ByteView bytes) {
    Secret out(bytes.size());
    if (!bytes.empty()) {
        std::memcpy(out.bytes_, bytes.data(), bytes.size());
    }
    return out;
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    Secret old(std::move(other));
    return *this;
}

Secret::~Secret() {
    if (bytes_ != nullptr) {
        arena().give_back(bytes_, size_);
    }
}

bool Secret::equals(ByteView other) const {
    return size_ == other.size() && (size_ == 0 || sodium_memcmp(bytes_, other.data(), size_) == 0);
}

void wipe(MutableByteView bytes) {
    if (!bytes.empty()) {
        sodium_memzero(bytes.data(), bytes.size());
    }
}

bool secrets_are_locked() {
    return arena().is_locked();
}

void harden_process() {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
#if !defined(ENTREPOT_LEAK_CHECKER)  // it attaches to the process when it ends
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

bool process_is_hardened() {
    rlimit core{1, 1};
    const bool no_core =
        getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
#if defined(ENTREPOT_LEAK_CHECKER)
    return no_core;
#else
    return no_core && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
}

}  // namespace entrepot::crypto
