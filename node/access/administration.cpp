#include "node/access/administration.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/base/wire.hpp"
#include "crypto/words.hpp"
#include "node/access/settings.hpp"
#include "node/databases/json_text.hpp"
#include "replication/roster/entry_content.hpp"
#include "replication/roster/roster_author.hpp"
#include "replication/roster/roster_file.hpp"

namespace entrepot::node {
namespace {

using replication::HybridTime;

constexpr std::size_t roster_file_limit = std::size_t{256} << 20;
constexpr std::size_t key_file_limit = 64 * 1024;
constexpr const char* note_name = "administration.json";
constexpr std::uint32_t first_numbers = 100'000;
enum class KeyFileKind : std::uint8_t { root = 1, recovery = 2 };

/// Kind, then 32 secret bytes, sealed by what the credential has.
Status write_key(const std::filesystem::path& path, KeyFileKind kind, ByteView secret,
                 const Credential& credential, crypto::Entropy& entropy) {
    crypto::Secret content(1 + secret.size());
    content.mutable_view()[0] = static_cast<std::uint8_t>(kind);
    std::copy(secret.begin(), secret.end(), content.mutable_view().begin() + 1);
    if (!credential.service_key.empty()) {
        TRY_ASSIGN(const auto key, read_or_make_service_key(credential.service_key, entropy));
        return write_file(path, crypto::seal_service_slot(key, content.view(), entropy));
    }
    TRY_ASSIGN(const Bytes sealed,
               crypto::seal_keybag(credential.passphrase.view(), {}, content.view(), {}, entropy));
    return write_file(path, sealed);
}

Result<crypto::Secret> open_key_file(const std::filesystem::path& path,
                                     const Credential& credential) {
    TRY_ASSIGN(const Bytes sealed, read_file(path, key_file_limit));
    if (!credential.service_key.empty()) {
        TRY_ASSIGN(const auto key, read_service_key(credential.service_key));
        return crypto::open_service_slot(key, sealed);
    }
    return crypto::open_keybag(credential.passphrase.view(), {}, sealed);
}

Result<crypto::SigningKey> read_root(const std::filesystem::path& path,
                                     const Credential& credential) {
    auto content = open_key_file(path, credential);
    if (!content) {
        return Error{content.error().code, path.string() + ": " + content.error().context};
    }
    const ByteView bytes = content->view();
    if (bytes.size() != 33 || bytes[0] != static_cast<std::uint8_t>(KeyFileKind::root)) {
        return Error{administration_key, path.string() + ": not a root key"};
    }
    return crypto::SigningKey::from_seed(bytes.subspan(1));
}

Status check(const AdministrationWish& wish, const Credential& credential) {
    TRY(check_country(wish.country));
    if (wish.name.empty() || wish.name.size() > replication::unit_name_limit) {
        return Error{administration_name, "an administration's name has 1 to 80 bytes"};
    }
    if (wish.roots < 1 || wish.roots > replication::root_limit || wish.threshold < 1 ||
        wish.threshold > wish.roots) {
        return Error{administration_roots,
                     "1 to 16 root keys, of which the threshold asks for at least one"};
    }
    if (!credential.service_key.empty()) {
        return {};
    }
    if (credential.passphrase.empty()) {
        return Error{vault_no_credential, "neither a passphrase nor a service key was given"};
    }
    return check_passphrase(credential.passphrase.view());
}

Status make_folder(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::exists(path, failed) && !std::filesystem::is_empty(path, failed)) {
        return Error{administration_exists,
                     path.string() + " is not empty; choose another directory"};
    }
    std::filesystem::create_directories(path, failed);
    if (failed) {
        return Error{directory_unreadable,
                     "cannot make " + path.string() + ": " + failed.message()};
    }
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
    return {};
}

Status write_note(const std::filesystem::path& path, const AdministrationWish& wish,
                  const Hash& fingerprint) {
    const nlohmann::json note{{"country", wish.country},
                              {"name", wish.name},
                              {"roots", wish.roots},
                              {"threshold", wish.threshold},
                              {"fingerprint", crypto::eight_words(fingerprint)},
                              {"root", to_base32(fingerprint.view())}};
    const auto text = note.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    return write_file(path / note_name, as_bytes(text));
}

/// The whole fingerprint that the note keeps.
Result<replication::RootPin> read_note(const std::filesystem::path& path) {
    TRY_ASSIGN(const Bytes file, read_file(path, key_file_limit));
    TRY_ASSIGN(const auto note, parse_json(as_text(file), path.string(), administration_note));
    auto out = replication::RootPin::from_text(text_member(note, "root"));
    if (!out) {
        return Error{administration_note, path.string() + ": its fingerprint cannot be read"};
    }
    return out;
}

std::vector<const crypto::SigningKey*> pointers(const std::vector<crypto::SigningKey>& keys,
                                                std::size_t count) {
    std::vector<const crypto::SigningKey*> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(&keys[i]);
    }
    return out;
}

HybridTime now(const Clock& clock) {
    return HybridTime::from_wall(clock.wall());
}

}  // namespace

Result<AdministrationDirectory> AdministrationDirectory::create(const std::filesystem::path& path,
                                                                const AdministrationWish& wish,
                                                                const Credential& credential,
                                                                const Clock& clock,
                                                                crypto::Entropy& entropy) {
    TRY(check(wish, credential));
    TRY(make_folder(path));
    AdministrationDirectory out(path);
    replication::Genesis genesis;
    genesis.country = wish.country;
    genesis.threshold = static_cast<std::uint8_t>(wish.threshold);
    std::vector<crypto::SigningKey> roots;
    for (unsigned number = 1; number <= wish.roots; ++number) {
        roots.push_back(crypto::SigningKey::generate(entropy));
        genesis.roots.push_back(roots.back().public_key());
        TRY(write_key(out.root_key(number), KeyFileKind::root, roots.back().seed(), credential,
                      entropy));
    }
    const auto recovery = crypto::BoxKey::generate(entropy);
    TRY(write_key(out.recovery_key(), KeyFileKind::recovery, recovery.secret(), credential,
                  entropy));
    genesis.recovery = recovery.public_key();
    entropy.fill(genesis.salt.mutable_view());
    const auto signers = pointers(roots, wish.threshold);
    TRY(out.roster_.append(sign_entry(out.roster_, now(clock), std::move(genesis), signers)));
    TRY(write_note(path, wish, out.roster_.root_fingerprint()));
    TRY(out.keep_roster());
    return out;
}

Result<AdministrationDirectory> AdministrationDirectory::open(const std::filesystem::path& path) {
    AdministrationDirectory out(path);
    std::error_code failed;
    if (!std::filesystem::exists(out.roster_file(), failed)) {
        return Error{administration_missing, "no administration at " + path.string() +
                                                 "; 'entrepot administration create' makes one"};
    }
    TRY_ASSIGN(const auto root, read_note(path / note_name));
    TRY_ASSIGN(const Bytes file, read_file(out.roster_file(), roster_file_limit));
    TRY(replication::import_roster(out.roster_, root, file));
    return out;
}

std::filesystem::path AdministrationDirectory::root_key(unsigned number) const {
    return path_ / ("root-" + std::to_string(number) + ".key");
}

Status AdministrationDirectory::keep_roster() const {
    return write_file(roster_file(), replication::export_roster(roster_));
}

Result<std::size_t> AdministrationDirectory::follow(ByteView roster_file) {
    TRY_ASSIGN(const std::size_t added,
               replication::import_roster(roster_, roster_.root_fingerprint(), roster_file));
    TRY(keep_roster());
    return added;
}

Result<std::vector<crypto::SigningKey>> AdministrationDirectory::open_roots(
    const Credential& credential) const {
    const auto& genesis = *roster_.genesis();
    std::vector<crypto::SigningKey> keys;
    for (unsigned number = 1; keys.size() < genesis.threshold; ++number) {
        std::error_code failed;
        if (number > genesis.roots.size()) {
            return Error{administration_key,
                         "fewer root keys here than the administration asks for (" +
                             std::to_string(genesis.threshold) + ")"};
        }
        if (!std::filesystem::exists(root_key(number), failed)) {
            continue;
        }
        TRY_ASSIGN(auto key, read_root(root_key(number), credential));
        if (key.public_key() != genesis.roots[number - 1]) {
            return Error{administration_key,
                         root_key(number).string() + ": a root key of another administration"};
        }
        keys.push_back(std::move(key));
    }
    return keys;
}

Status AdministrationDirectory::certify(const replication::EnrolmentRequest& request,
                                        const Credential& credential, const Clock& clock,
                                        crypto::Entropy& entropy) {
    if (request.wish.kind != replication::NodeKind::headquarters) {
        return Error{administration_kind,
                     "root keys certify headquarters only; a unit or relay is enrolled by its "
                     "headquarters: add --headquarters DIR"};
    }
    TRY_ASSIGN(const auto keys, open_roots(credential));
    const auto certificate =
        replication::certificate_for(request, entropy.fixed<replication::UnitId>(),
                                     {{1, first_numbers}, {1 + first_numbers, first_numbers}});
    const auto signers = pointers(keys, keys.size());
    TRY(roster_.append(sign_entry(roster_, now(clock), certificate, signers)));
    return keep_roster();
}

}  // namespace entrepot::node
