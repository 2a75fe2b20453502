#include "node/roots/root_key.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

constexpr std::size_t key_file_limit = 64 * 1024;
constexpr std::size_t secret_size = 32;
constexpr KeyFileKind first_kind = KeyFileKind::root, last_kind = KeyFileKind::auditor;

Result<crypto::Secret> unseal(const std::filesystem::path& path, const Credential& credential) {
    TRY_ASSIGN(const Bytes sealed, read_file(path, key_file_limit));
    auto content = open_under(credential, sealed);
    if (!content) {
        return Error{content.error().code, path.string() + ": " + content.error().context};
    }
    return content;
}

}  // namespace

Status check_fresh_credential(const Credential& credential) {
    if (!credential.service_key.empty()) {
        return {};
    }
    if (credential.passphrase.empty()) {
        return Error{vault_no_credential, "neither a passphrase nor a service key was given"};
    }
    return check_passphrase(credential.passphrase.view());
}

Status write_key_file(const std::filesystem::path& path, KeyFileKind kind, ByteView secret,
                      const Credential& credential, crypto::Entropy& entropy) {
    crypto::Secret content(1 + secret.size());
    content.mutable_view()[0] = static_cast<std::uint8_t>(kind);
    std::copy(secret.begin(), secret.end(), content.mutable_view().begin() + 1);
    TRY_ASSIGN(const Bytes sealed, seal_under(credential, content.view(), entropy));
    return write_file(path, sealed);
}

Result<KeyFile> open_key_file(const std::filesystem::path& path, const Credential& credential) {
    TRY_ASSIGN(const crypto::Secret content, unseal(path, credential));
    const ByteView bytes = content.view();
    if (bytes.size() != 1 + secret_size || bytes[0] < static_cast<std::uint8_t>(first_kind) ||
        bytes[0] > static_cast<std::uint8_t>(last_kind)) {
        return Error{administration_key, path.string() + ": no key file of an administration"};
    }
    return KeyFile{static_cast<KeyFileKind>(bytes[0]),
                   crypto::Secret::copy_of(bytes.subspan(1))};
}

Result<crypto::SigningKey> open_root_key(const std::filesystem::path& path,
                                         const Credential& credential) {
    TRY_ASSIGN(const KeyFile file, open_key_file(path, credential));
    if (file.kind != KeyFileKind::root) {
        return Error{administration_key, path.string() + ": not a root key"};
    }
    return crypto::SigningKey::from_seed(file.secret.view());
}

Result<crypto::SigningKey> make_root_key(const std::filesystem::path& path,
                                         const Credential& credential, crypto::Entropy& entropy) {
    TRY(check_fresh_credential(credential));
    std::error_code failed;
    if (std::filesystem::exists(path, failed)) {
        return Error{root_key_exists, path.string() + " is there already; choose another file"};
    }
    auto key = crypto::SigningKey::generate(entropy);
    TRY(write_key_file(path, KeyFileKind::root, key.seed(), credential, entropy));
    return key;
}

Status reseal_key_file(const std::filesystem::path& path, const Credential& held,
                       const Credential& fresh, crypto::Entropy& entropy) {
    TRY(check_fresh_credential(fresh));
    TRY_ASSIGN(const KeyFile file, open_key_file(path, held));
    return write_key_file(path, file.kind, file.secret.view(), fresh, entropy);
}

}  // namespace entrepot::node
