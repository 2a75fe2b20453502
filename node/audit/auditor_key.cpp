#include "node/audit/auditor_key.hpp"

namespace entrepot::node {

Result<crypto::BoxPublicKey> make_auditor_key(const std::filesystem::path& file,
                                              const Credential& credential,
                                              crypto::Entropy& entropy) {
    TRY(check_fresh_credential(credential));
    std::error_code failed;
    if (std::filesystem::exists(file, failed)) {
        return Error{auditor_key_exists,
                     file.string() + " is there already; choose another file with --output"};
    }
    const auto key = crypto::BoxKey::generate(entropy);
    TRY(write_key_file(file, KeyFileKind::auditor, key.secret(), credential, entropy));
    return key.public_key();
}

Result<crypto::BoxKey> open_auditor_key(const std::filesystem::path& file,
                                        const Credential& credential) {
    const auto held = open_key_file(file, credential);
    if (!held && held.error().code != administration_key) {
        return held.error();
    }
    if (!held || held->kind == KeyFileKind::root) {
        return Error{auditor_not_key, file.string() + ": not an auditor's key"};
    }
    return crypto::BoxKey::from_secret(held->secret.view());
}

}  // namespace entrepot::node
