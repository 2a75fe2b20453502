// Attempts: how long each slot waits after wrong passphrases: 1 s, 2 s, 4 s … 5 minutes. Kept in a
// file, so that a restart does not forget. Slows down who asks this program; who has the disk
// copies the slots and pays Argon2id alone (keybag.hpp).
//
// Only the steady clock is asked, which nobody sets: moving the wall clock changes nothing. After a
// reboot that clock begins anew, and what has passed is then counted from the reboot: never more
// than has really passed, and never longer than the whole wait.
//
// At a start: a time noted that is still to come was noted before a reboot, and becomes 0.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <span>

#include "crypto/base/clock.hpp"
#include "crypto/base/result.hpp"

namespace entrepot::node {

inline constexpr ErrorCode access_wait{"access.wait", ErrorKind::denied};

inline constexpr std::int64_t longest_slot_wait_ms = 5 * 60 * 1000;

/// Safe to use from several threads.
class Attempts {
public:
    /// Reads the file when there is one; an unreadable one counts as none. `clock` must outlive it.
    Attempts(std::filesystem::path file, const Clock& clock);

    /// Milliseconds that the slot must still wait; 0: it may be tried.
    std::int64_t wait_ms(unsigned slot) const;
    /// access.wait with the seconds until the first of these may be tried; no error when one may.
    Status check(std::span<const unsigned> slots) const;
    /// Counts a wrong passphrase for each, before it is tried: ending the process does not help.
    /// A file that cannot be written is made up for by what is kept in memory.
    void begin(std::span<const unsigned> slots);
    /// The passphrase was right: forgets what was counted.
    void succeeded(unsigned slot);
    /// Another slot's passphrase was given: takes back the last begin() of each.
    void take_back(std::span<const unsigned> slots);
    /// Wrong passphrases since the last right one.
    unsigned failed(unsigned slot) const;

private:
    struct Count {
        std::uint32_t failed = 0;
        std::int64_t noted_ms = 0;         ///< steady time of the last one
        std::int64_t noted_before_ms = 0;  ///< of the one before
    };
    std::int64_t wait_of(const Count& count) const;
    void read();
    void keep() const;

    std::filesystem::path file_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::map<unsigned, Count> counts_;
};

}  // namespace entrepot::node
