// The auditor's key: the box key that audits are sealed to, as a file sealed by passphrase or
// service key, kept off line by the auditor. No node ever holds it.
#pragma once

#include "crypto/envelope.hpp"
#include "node/roots/root_key.hpp"

namespace entrepot::node {

inline constexpr ErrorCode auditor_key_exists{"auditor.key_exists", ErrorKind::invalid_input};
inline constexpr ErrorCode auditor_not_key{"auditor.not_a_key", ErrorKind::refused};

/// Makes a key and its file (mode 0600); auditor.key_exists rather than writing over one; the
/// vault's codes for a credential that will not do.
Result<crypto::BoxPublicKey> make_auditor_key(const std::filesystem::path& file,
                                              const Credential& credential,
                                              crypto::Entropy& entropy);
/// Opens an auditor's key file, or an administration's recovery key file, which opens what was
/// sealed before an auditor was named. keybag codes for a wrong credential; auditor.not_a_key.
Result<crypto::BoxKey> open_auditor_key(const std::filesystem::path& file,
                                        const Credential& credential);

}  // namespace entrepot::node
