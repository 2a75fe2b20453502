// Passphrase strength: how many guesses a passphrase stands, as Debian's zxcvbn estimates: words,
// names, dates, rows of keys and what is known of the officer cost little. An estimate, not proof.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

/// Least score of a passphrase that opens a slot: 10^8 guesses, each of which costs Argon2id.
inline constexpr unsigned least_score = 3;

/// 0…4 by the estimated guesses: below 10^3, 10^6, 10^8, 10^10, and above. `known` is what whoever
/// guesses would try first: the officer's and the unit's name.
unsigned passphrase_score(ByteView passphrase, const std::vector<std::string>& known);

}  // namespace entrepot::node
