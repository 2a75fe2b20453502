// Passphrase: where one comes from: a file, a systemd credential, or a person at the terminal whose
// typing is not shown. Never from arguments or the environment.
#pragma once

#include <string>

#include "crypto/secret.hpp"
#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode passphrase_none{"passphrase.none", ErrorKind::denied};
inline constexpr ErrorCode passphrase_unreadable{"passphrase.unreadable", ErrorKind::invalid_input};
inline constexpr ErrorCode passphrase_differs{"passphrase.differs", ErrorKind::invalid_input};

enum class PassphraseUse { existing, fresh };  ///< a fresh one is asked for twice

/// From --passphrase-file, the credential entrepot.passphrase, or the terminal; in this order.
/// passphrase.none when there is no terminal either. At most 1024 bytes, without the line's end.
Outcome<crypto::Secret> read_passphrase(const Invocation& invocation, std::string_view what_for,
                                        PassphraseUse use = PassphraseUse::existing);
/// A new one, from --new-passphrase-file or asked for twice at the terminal.
Outcome<crypto::Secret> read_new_passphrase(const Invocation& invocation,
                                            std::string_view what_for);
/// The first line of a file; passphrase.unreadable.
Outcome<crypto::Secret> read_passphrase_file(const std::string& path);
/// Whether read_passphrase would find one without asking a person.
bool has_passphrase(const Invocation& invocation);

}  // namespace entrepot::tools
