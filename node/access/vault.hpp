// Vault: the secrets a slot unwraps: what seals views and officers' rows, what seals the link's
// rows, and the officer who signs. Made by `node create`; opened by a passphrase or a service key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/keybag.hpp"
#include "node/access/node_directory.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::node {

inline constexpr ErrorCode vault_no_slot{"vault.no_slot", ErrorKind::denied};
inline constexpr ErrorCode vault_weak_passphrase{"vault.weak_passphrase", ErrorKind::invalid_input};
inline constexpr ErrorCode vault_service_key{"vault.service_key", ErrorKind::denied};
inline constexpr ErrorCode vault_no_credential{"vault.no_credential", ErrorKind::denied};
inline constexpr ErrorCode vault_malformed{"vault.malformed", ErrorKind::refused};

inline constexpr std::size_t officer_name_limit = 80;
inline constexpr std::size_t least_passphrase = 8;

/// What opens sealed files: a passphrase, or a file of 32 random bytes in its place.
struct Credential {
    crypto::Secret passphrase;          ///< empty when there is none
    std::filesystem::path service_key;  ///< empty when there is none

    bool is_empty() const { return passphrase.empty() && service_key.empty(); }
};

/// The 32 bytes of a service key; vault.service_key when the file is missing, unreadable or not
/// that.
Result<crypto::Secret> read_service_key(const std::filesystem::path& key_file);
/// The same, of a file made now (mode 0600) when there is none.
Result<crypto::Secret> read_or_make_service_key(const std::filesystem::path& key_file,
                                                crypto::Entropy& entropy);
/// vault.weak_passphrase below eight bytes, or when it stands too few guesses by whoever knows
/// these names (passphrase_strength.hpp).
Status check_passphrase(ByteView passphrase, const std::vector<std::string>& known = {});

struct Vault {
    crypto::Secret vault_key;  ///< 32 bytes
    crypto::Secret link_key;   ///< 32 bytes
    crypto::BoxKey box;        ///< of the node: opens its compartments
    replication::OfficerId officer;
    std::string officer_name;
    crypto::SigningKey officer_key;
    /// Signed by the node; empty until it has been (see installation.hpp).
    Bytes officer_certificate;
    /// What a headquarters signs roster entries with.
    std::optional<crypto::SigningKey> roster_key;

    /// Fresh keys and a first officer.
    static Vault create(crypto::BoxKey box, std::string officer_name, crypto::Entropy& entropy);
    crypto::Secret encode() const;
    /// vault.malformed for other bytes than encode() gives.
    static Result<Vault> decode(ByteView bytes);
};

/// A small secret sealed under what the credential has; a service key file is made when absent.
Result<Bytes> seal_under(const Credential& credential, ByteView content, crypto::Entropy& entropy);
/// keybag codes for a wrong credential or damaged bytes; vault.service_key.
Result<crypto::Secret> open_under(const Credential& credential, ByteView sealed);

/// What seals the rows of a realm shared with a partner: an own key for each realm, so that a row
/// carried from one store to another does not open.
crypto::Secret realm_key(const crypto::Secret& key, const replication::AdministrationId& realm);

/// Adds a slot for the vault's officer; vault.weak_passphrase as above.
Status add_slot(const NodeDirectory& directory, const Vault& vault, ByteView passphrase,
                crypto::Entropy& entropy);
/// The first slot this passphrase opens whose officer has this name (any name when empty);
/// keybag.wrong_passphrase when none does, vault.no_slot when there is none to try.
Result<Vault> open_slot(const NodeDirectory& directory, const std::string& officer_name,
                        ByteView passphrase);

/// The service slot under a key file of 32 random bytes, which is made when absent.
Status add_service_slot(const NodeDirectory& directory, const Vault& vault,
                        const std::filesystem::path& key_file, crypto::Entropy& entropy);
/// vault.no_slot without such a slot; keybag.wrong_passphrase when it is another node's key.
Result<Vault> open_service(const NodeDirectory& directory, const std::filesystem::path& key_file);
/// The link key alone, for a process that is to know nothing else: no name leaves locked memory.
Result<crypto::Secret> service_link_key(const NodeDirectory& directory,
                                        const std::filesystem::path& key_file);

/// By service key when there is one, else by passphrase; vault.no_credential when there is neither.
Result<Vault> open_vault(const NodeDirectory& directory, const std::string& officer_name,
                         const Credential& credential);

}  // namespace entrepot::node
