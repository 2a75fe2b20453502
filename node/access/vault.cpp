#include "node/access/vault.hpp"

#include "crypto/base/wire.hpp"
#include "node/access/passphrase_strength.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t slot_limit = 64 * 1024;

constexpr std::size_t key_size = 32;

Result<crypto::Secret> read_key(const std::filesystem::path& path, ErrorCode code) {
    auto bytes = read_file(path, 4096);
    if (!bytes) {
        return Error{code, bytes.error().context};
    }
    crypto::Secret out = crypto::Secret::copy_of(*bytes);
    crypto::wipe(*bytes);
    if (out.size() != key_size) {
        return Error{code, path.string() + ": not a key of 32 bytes"};
    }
    return out;
}

Result<crypto::Secret> device_secret(const NodeDirectory& directory, crypto::Entropy* make_with) {
    if (make_with != nullptr && !std::filesystem::exists(directory.device_secret())) {
        const crypto::Secret fresh = make_with->secret(32);
        TRY(write_file(directory.device_secret(), fresh.view()));
    }
    return read_key(directory.device_secret(), vault_no_slot);
}

Result<crypto::SigningKey> read_signing_key(WireReader& reader) {
    return crypto::SigningKey::from_seed(reader.raw(32));
}

Error malformed() {
    return {vault_malformed,
            "the slot opened, but holds no vault; was it made by another release of this program?"};
}

Result<crypto::Secret> service_content(const NodeDirectory& directory,
                                       const std::filesystem::path& key_file) {
    TRY_ASSIGN(const crypto::Secret key, read_service_key(key_file));
    if (!std::filesystem::exists(directory.service_slot())) {
        return Error{
            vault_no_slot,
            "this node has no service slot; 'entrepot node create --service-key' makes one"};
    }
    TRY_ASSIGN(const Bytes slot, read_file(directory.service_slot(), slot_limit));
    return crypto::open_service_slot(key, slot);
}

}  // namespace

Result<crypto::Secret> read_service_key(const std::filesystem::path& key_file) {
    return read_key(key_file, vault_service_key);
}

Result<crypto::Secret> read_or_make_service_key(const std::filesystem::path& key_file,
                                                crypto::Entropy& entropy) {
    std::error_code ignored;
    if (!std::filesystem::exists(key_file, ignored)) {
        const crypto::Secret fresh = entropy.secret(key_size);
        TRY(write_file(key_file, fresh.view()));
    }
    return read_service_key(key_file);
}

Status check_passphrase(ByteView passphrase, const std::vector<std::string>& known) {
    if (passphrase.size() < least_passphrase) {
        return Error{vault_weak_passphrase,
                     "a passphrase has at least 8 characters; four random words are better"};
    }
    if (passphrase_score(passphrase, known) < least_score) {
        return Error{vault_weak_passphrase,
                     "that passphrase is soon guessed: take four random words, and no names, dates "
                     "or rows of keys"};
    }
    return {};
}

Vault Vault::create(crypto::BoxKey box, std::string officer_name, crypto::Entropy& entropy) {
    return {entropy.secret(key_size),
            entropy.secret(key_size),
            std::move(box),
            entropy.fixed<replication::OfficerId>(),
            std::move(officer_name),
            crypto::SigningKey::generate(entropy),
            {},
            std::nullopt};
}

crypto::Secret Vault::encode() const {
    const ByteView name =
        as_bytes(officer_name).first(std::min(officer_name.size(), officer_name_limit));
    const std::size_t key = roster_key ? key_size : 0;
    crypto::Secret out(5 * key_size - 16 + 3 + name.size() + officer_certificate.size() + key);
    auto at = out.mutable_view();
    const auto put = [&at](ByteView bytes) {
        std::copy(bytes.begin(), bytes.end(), at.begin());
        at = at.subspan(bytes.size());
    };
    const auto put_size = [&put](std::size_t size) {
        const auto byte = static_cast<std::uint8_t>(size);
        put({&byte, 1});
    };
    put(vault_key.view());
    put(link_key.view());
    put(box.secret());
    put(officer.view());
    put(officer_key.seed());
    put_size(name.size());
    put(name);
    put_size(officer_certificate.size());
    put(officer_certificate);
    put_size(key);
    if (roster_key) {
        put(roster_key->seed());
    }
    return out;
}

Result<Vault> Vault::decode(ByteView bytes) {
    WireReader reader(bytes);
    crypto::Secret vault_key = crypto::Secret::copy_of(reader.raw(key_size));
    crypto::Secret link_key = crypto::Secret::copy_of(reader.raw(key_size));
    auto box = crypto::BoxKey::from_secret(reader.raw(key_size));
    const auto officer = reader.fixed<replication::OfficerId>();
    auto officer_key = read_signing_key(reader);
    std::string name(as_text(reader.sized8(officer_name_limit)));
    const ByteView certificate = reader.sized8();
    const ByteView roster_seed = reader.sized8(key_size);
    if (!reader.finish("slot") || !officer_key || !box) {
        return malformed();
    }
    Vault out{std::move(vault_key),
              std::move(link_key),
              *std::move(box),
              officer,
              std::move(name),
              *std::move(officer_key),
              {certificate.begin(), certificate.end()},
              std::nullopt};
    if (!roster_seed.empty()) {
        TRY_ASSIGN(out.roster_key, crypto::SigningKey::from_seed(roster_seed));
    }
    return out;
}

Result<Bytes> seal_under(const Credential& credential, ByteView content,
                         crypto::Entropy& entropy) {
    if (!credential.service_key.empty()) {
        TRY_ASSIGN(const auto key, read_or_make_service_key(credential.service_key, entropy));
        return crypto::seal_service_slot(key, content, entropy);
    }
    return crypto::seal_keybag(credential.passphrase.view(), {}, content, {}, entropy);
}

Result<crypto::Secret> open_under(const Credential& credential, ByteView sealed) {
    if (!credential.service_key.empty()) {
        TRY_ASSIGN(const auto key, read_service_key(credential.service_key));
        return crypto::open_service_slot(key, sealed);
    }
    return crypto::open_keybag(credential.passphrase.view(), {}, sealed);
}

crypto::Secret realm_key(const crypto::Secret& key, const replication::AdministrationId& realm) {
    return crypto::derive(key.view(), crypto::domain::realm, {realm.view()});
}

Status add_slot(const NodeDirectory& directory, const Vault& vault, ByteView passphrase,
                crypto::Entropy& entropy) {
    TRY(check_passphrase(passphrase, {vault.officer_name}));
    TRY_ASSIGN(const crypto::Secret device, device_secret(directory, &entropy));
    TRY_ASSIGN(const Bytes slot,
               crypto::seal_keybag(passphrase, device.view(), vault.encode().view(), {}, entropy));
    const auto name = std::to_string(directory.slot_files().size() + 1) + ".slot";
    return write_file(directory.slots() / name, slot);
}

Result<Vault> open_slot(const NodeDirectory& directory, const std::string& officer_name,
                        ByteView passphrase) {
    Error last{vault_no_slot,
               "no officer has a passphrase at this node; start it with its service key"};
    const auto files = directory.slot_files();
    if (files.empty()) {
        return last;
    }
    TRY_ASSIGN(const crypto::Secret device, device_secret(directory, nullptr));
    for (const auto& file : files) {
        TRY_ASSIGN(const Bytes slot, read_file(file, slot_limit));
        auto content = crypto::open_keybag(passphrase, device.view(), slot);
        if (!content) {
            last = std::move(content).error();
            continue;
        }
        TRY_ASSIGN(Vault vault, Vault::decode(content->view()));
        if (officer_name.empty() || vault.officer_name == officer_name) {
            return vault;
        }
        last = {crypto::keybag_wrong, "no officer of that name has that passphrase"};
    }
    return last;
}

Status add_service_slot(const NodeDirectory& directory, const Vault& vault,
                        const std::filesystem::path& key_file, crypto::Entropy& entropy) {
    TRY_ASSIGN(const crypto::Secret key, read_or_make_service_key(key_file, entropy));
    return write_file(directory.service_slot(),
                      crypto::seal_service_slot(key, vault.encode().view(), entropy));
}

Result<Vault> open_service(const NodeDirectory& directory, const std::filesystem::path& key_file) {
    TRY_ASSIGN(const crypto::Secret content, service_content(directory, key_file));
    return Vault::decode(content.view());
}

Result<crypto::Secret> service_link_key(const NodeDirectory& directory,
                                        const std::filesystem::path& key_file) {
    TRY_ASSIGN(const crypto::Secret content, service_content(directory, key_file));
    if (content.size() < 2 * key_size) {
        return malformed();
    }
    return crypto::Secret::copy_of(content.view().subspan(key_size, key_size));
}

Result<Vault> open_vault(const NodeDirectory& directory, const std::string& officer_name,
                         const Credential& credential) {
    if (!credential.service_key.empty()) {
        return open_service(directory, credential.service_key);
    }
    if (credential.passphrase.empty()) {
        return Error{vault_no_credential, "neither a passphrase nor a service key was given"};
    }
    return open_slot(directory, officer_name, credential.passphrase.view());
}

}  // namespace entrepot::node
