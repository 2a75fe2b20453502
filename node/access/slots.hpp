// Slots: the files of officers' keybags, and opening one with patience: growing delays after wrong
// passphrases. Which slot is whose stands in no file in clear: until the vault is open all slots
// are tried, and a wrong passphrase counts against each; afterwards only the officer's own.
#pragma once

#include "node/access/attempts.hpp"
#include "node/access/vault.hpp"

namespace entrepot::node {

struct OpenedSlot {
    Vault vault;
    unsigned number = 0;
};

/// Who says to be whom.
struct SlotWish {
    std::string officer;           ///< any name when empty
    std::optional<unsigned> slot;  ///< when it is known which one is his
};

std::filesystem::path slot_file(const NodeDirectory& directory, unsigned number);
/// Numbers of the slots that there are, rising.
std::vector<unsigned> slot_numbers(const NodeDirectory& directory);
/// A number that no slot has, nor one that was deleted while a higher one stayed.
unsigned free_slot(const NodeDirectory& directory);

/// access.wait while all slots in question must wait; keybag.wrong_passphrase when none opens for
/// this officer; vault.no_slot when there is none.
Result<OpenedSlot> unlock_slot(const NodeDirectory& directory, Attempts& attempts,
                               const SlotWish& wish, ByteView passphrase);

/// A keybag's bytes for vault content (Vault::encode): takes Argon2id's time.
Result<Bytes> seal_slot(const NodeDirectory& directory, const crypto::Secret& content,
                        ByteView passphrase, crypto::Entropy& entropy);
/// Writes over the file once and removes it. What a disk keeps of old blocks, it keeps.
void destroy_slot(const NodeDirectory& directory, unsigned number);

}  // namespace entrepot::node
