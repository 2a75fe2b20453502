#include "node/access/administration.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/words.hpp"
#include "node/access/settings.hpp"
#include "node/databases/json_text.hpp"
#include "node/roots/partnership.hpp"
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

Status check(const AdministrationWish& wish, std::span<const Credential> credentials) {
    TRY(check_country(wish.country));
    if (wish.name.empty() || wish.name.size() > replication::unit_name_limit) {
        return Error{administration_name, "an administration's name has 1 to 80 bytes"};
    }
    if (wish.roots < 1 || wish.roots > replication::root_limit || wish.threshold < 1 ||
        wish.threshold > wish.roots) {
        return Error{administration_roots,
                     "1 to 16 root keys, of which the threshold asks for at least one"};
    }
    if (credentials.size() != 1 && credentials.size() != wish.roots + 1) {
        return Error{administration_roots,
                     "one passphrase for each root key and one for the recovery key, or one for "
                     "all"};
    }
    for (const Credential& credential : credentials) {
        TRY(check_fresh_credential(credential));
    }
    return {};
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

Result<AdministrationDirectory> AdministrationDirectory::create(
    const std::filesystem::path& path, const AdministrationWish& wish,
    std::span<const Credential> credentials, const Clock& clock, crypto::Entropy& entropy) {
    TRY(check(wish, credentials));
    TRY(make_folder(path));
    AdministrationDirectory out(path);
    replication::Genesis genesis;
    genesis.country = wish.country;
    genesis.threshold = static_cast<std::uint8_t>(wish.threshold);
    std::vector<crypto::SigningKey> roots;
    for (unsigned number = 1; number <= wish.roots; ++number) {
        roots.push_back(crypto::SigningKey::generate(entropy));
        genesis.roots.push_back(roots.back().public_key());
        const std::size_t at = credentials.size() == 1 ? 0 : number - 1;
        TRY(write_key_file(out.root_key(number), KeyFileKind::root, roots.back().seed(),
                           credentials[at], entropy));
    }
    const auto recovery = crypto::BoxKey::generate(entropy);
    TRY(write_key_file(out.recovery_key(), KeyFileKind::recovery, recovery.secret(),
                       credentials.back(), entropy));
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

std::vector<std::filesystem::path> AdministrationDirectory::root_keys() const {
    std::vector<std::filesystem::path> out;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(path_, failed)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("root-") && name.ends_with(".key")) {
            out.push_back(entry.path());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<EntryDraft> AdministrationDirectory::draft_certificate(
    const replication::EnrolmentRequest& request, const Clock& clock,
    crypto::Entropy& entropy) const {
    if (request.wish.kind != replication::NodeKind::headquarters) {
        return Error{administration_kind,
                     "root keys certify headquarters only; a unit or relay is enrolled by its "
                     "headquarters: add --headquarters DIR"};
    }
    auto certificate =
        replication::certificate_for(request, entropy.fixed<replication::UnitId>(),
                                     {{1, first_numbers}, {1 + first_numbers, first_numbers}});
    return EntryDraft::make(roster_, now(clock), std::move(certificate));
}

EntryDraft AdministrationDirectory::draft_auditor(const crypto::BoxPublicKey& auditor,
                                                  const Clock& clock) const {
    return EntryDraft::make(roster_, now(clock), replication::AuditorEntry{auditor});
}

Status AdministrationDirectory::sign_here(EntryDraft& draft, const Credential& credential) const {
    Status failed;
    for (const std::filesystem::path& file : root_keys()) {
        if (draft.wanted() == 0) {
            return {};
        }
        const auto key = open_root_key(file, credential);
        const Status added = key ? draft.sign(*key) : Status(key.error());
        if (!added && failed) {
            failed = added.error().code == draft_not_holder
                         ? Error{administration_key,
                                 file.string() + ": a root key of another administration, or no "
                                                 "longer in force"}
                         : added.error();
        }
    }
    if (draft.wanted() == 0) {
        return {};
    }
    TRY(std::move(failed));
    return Error{administration_key, "fewer root keys here than the administration asks for (" +
                                         std::to_string(roster_.roots().threshold) + ")"};
}

Result<replication::Roster> AdministrationDirectory::settle(const replication::Roster& counts,
                                                            replication::RosterLength common,
                                                            std::span<const Bytes> losing,
                                                            const Credential& credential,
                                                            const Clock& clock) {
    replication::Roster settled = counts;
    for (const Bytes& entry : losing) {
        auto draft = EntryDraft::make(settled, now(clock),
                                      replication::SettlementEntry{common, entry});
        TRY(sign_here(draft, credential));
        TRY_ASSIGN(const Bytes signed_entry, draft.entry_for(settled));
        TRY(settled.append(signed_entry));
    }
    if (const auto& partner = settled.partner()) {
        TRY(write_file(outer_file(partner->country), replication::export_roster(settled)));
        return settled;
    }
    roster_ = settled;
    TRY(keep_roster());
    return settled;
}

Status AdministrationDirectory::apply(const EntryDraft& draft) {
    if (draft.administration() != roster_.administration()) {
        return apply_outer(draft);
    }
    TRY_ASSIGN(const Bytes entry, draft.entry_for(roster_));
    TRY(roster_.append(entry));
    return keep_roster();
}

Result<replication::Roster> AdministrationDirectory::outer_roster(
    const std::string& country) const {
    TRY(check_country(country));
    replication::Roster out;
    std::error_code failed;
    if (std::filesystem::exists(outer_file(country), failed)) {
        TRY_ASSIGN(const Bytes file, read_file(outer_file(country), roster_file_limit));
        TRY_ASSIGN(const auto entries, replication::roster_file_entries(file));
        TRY_ASSIGN(out, replication::Roster::from_entries(entries));
        if (!roster_.had_roots(out.root_fingerprint())) {
            return Error{replication::roster_fingerprint,
                         outer_file(country).string() + ": begun by other root keys than ours"};
        }
    }
    return out;
}

Result<std::string> AdministrationDirectory::outer_country(const EntryDraft& draft) const {
    if (draft.administration() == roster_.administration()) {
        return std::string();
    }
    if (const auto* begun = std::get_if<replication::OuterGenesis>(&draft.entry().content)) {
        return begun->partner_country;
    }
    for (const auto& partner : roster_.partners()) {
        TRY_ASSIGN(const auto outer, outer_roster(partner.country));
        if (outer.administration() == draft.administration()) {
            return partner.country;
        }
    }
    return Error{draft_other_administration, "the draft is of another administration"};
}

Status AdministrationDirectory::apply_outer(const EntryDraft& draft) {
    TRY_ASSIGN(const std::string country, outer_country(draft));
    TRY_ASSIGN(auto outer, outer_roster(country));
    const auto* begun = std::get_if<replication::OuterGenesis>(&draft.entry().content);
    if (begun != nullptr && outer.partner() &&
        outer.partner()->fingerprint != begun->partner_fingerprint) {
        outer = {};  // it was for root keys that are no longer pinned
    }
    TRY_ASSIGN(const Bytes entry, draft.entry_for(outer));
    TRY(outer.append(entry));
    if (!roster_.had_roots(outer.root_fingerprint())) {
        return Error{draft_other_administration, "the draft is of another administration"};
    }
    TRY(check_roots(outer, roster_));
    return write_file(outer_file(country), replication::export_roster(outer));
}

Status AdministrationDirectory::certify(const replication::EnrolmentRequest& request,
                                        const Credential& credential, const Clock& clock,
                                        crypto::Entropy& entropy) {
    TRY_ASSIGN(EntryDraft draft, draft_certificate(request, clock, entropy));
    TRY(sign_here(draft, credential));
    return apply(draft);
}

}  // namespace entrepot::node
