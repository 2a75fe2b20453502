// Key files that are kept off line: one sealed file for each root key, for the recovery key and for
// an auditor's, each under a passphrase (or service key) of its own, so that each may lie with
// another holder. A file names neither its holder nor its administration.
#pragma once

#include "node/access/vault.hpp"

namespace entrepot::node {

inline constexpr ErrorCode administration_key{"administration.key", ErrorKind::refused};
inline constexpr ErrorCode root_key_exists{"root_key.exists", ErrorKind::invalid_input};

enum class KeyFileKind : std::uint8_t { root = 1, recovery = 2, auditor = 3 };

/// Kind, then 32 secret bytes, sealed by what the credential has.
Status write_key_file(const std::filesystem::path& path, KeyFileKind kind, ByteView secret,
                      const Credential& credential, crypto::Entropy& entropy);

struct KeyFile {
    KeyFileKind kind = KeyFileKind::root;
    crypto::Secret secret;  ///< 32 bytes
};
/// keybag codes for a wrong credential, administration.key for a file that is none of these.
Result<KeyFile> open_key_file(const std::filesystem::path& path, const Credential& credential);

/// keybag codes for a wrong credential, administration.key for a file of another kind.
Result<crypto::SigningKey> open_root_key(const std::filesystem::path& path,
                                         const Credential& credential);

/// Makes a new root key in a new file: root_key.exists when there is one already,
/// vault.weak_passphrase, vault.no_credential.
Result<crypto::SigningKey> make_root_key(const std::filesystem::path& path,
                                         const Credential& credential, crypto::Entropy& entropy);

/// Seals the key of a file, of any kind, anew under another credential; the file is replaced
/// in one step. vault.weak_passphrase; keybag codes when the old credential is wrong.
Status reseal_key_file(const std::filesystem::path& path, const Credential& held,
                       const Credential& fresh, crypto::Entropy& entropy);

/// vault.no_credential when there is none, vault.weak_passphrase for a short passphrase.
Status check_fresh_credential(const Credential& credential);

}  // namespace entrepot::node
