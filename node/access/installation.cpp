#include "node/access/installation.hpp"

#include <algorithm>

#include "node/access/officer_book.hpp"
#include "node/store/log_store.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/officer_certificate.hpp"

namespace entrepot::node {
namespace {

constexpr std::int64_t officer_lifetime_ms = std::int64_t{5} * 366 * 24 * 60 * 60 * 1000;
/// A clock set back a little must not make the first officer's signature one from before it.
constexpr std::int64_t officer_clock_slack_ms = std::int64_t{24} * 60 * 60 * 1000;

/// Everything a node is before it is on the disk.
struct Draft {
    crypto::Identity identity;
    Vault vault;
    Bytes request;
    WallTime made;
};

Status check(const InstallationWish& wish, const Credential& credential) {
    TRY(check_country(wish.settings.country));
    if (wish.officer.empty() || wish.officer.size() > officer_name_limit) {
        return Error{officer_unnamed, "the first officer's name has 1 to 80 bytes"};
    }
    if (credential.is_empty()) {
        return Error{vault_no_credential, "neither a passphrase nor a service key was given"};
    }
    return credential.passphrase.empty() ? Status()
                                         : check_passphrase(credential.passphrase.view(),
                                                            {wish.officer, wish.settings.name});
}

Bytes certify_officer(const Vault& vault, const crypto::Identity& identity, WallTime now) {
    using replication::OfficerRole;
    replication::OfficerCertificate certificate;
    certificate.officer = vault.officer;
    certificate.node = identity.id();
    certificate.key = vault.officer_key.public_key();
    for (const auto role :
         {OfficerRole::entry, OfficerRole::supervisor, OfficerRole::administrator}) {
        certificate.roles |= static_cast<std::uint16_t>(role);
    }
    certificate.from = {now.ms - officer_clock_slack_ms};
    certificate.until = {now.ms + officer_lifetime_ms};
    return replication::sign_officer(certificate, identity.sign());
}

Result<Bytes> request_of(const Settings& settings, const crypto::Identity& identity,
                         const Vault& vault, WallTime now, crypto::Entropy& entropy) {
    replication::RequestWish asked{settings.kind, settings.name, std::nullopt};
    if (vault.roster_key) {
        asked.roster_key = vault.roster_key->public_key();
    }
    return replication::make_request(asked, identity, now, entropy);
}

Result<Draft> draft_node(const InstallationWish& wish, WallTime now, crypto::Entropy& entropy) {
    auto identity = crypto::Identity::generate(entropy);
    auto vault = Vault::create(identity.box().duplicate(), wish.officer, entropy);
    Draft out{std::move(identity), std::move(vault), {}, now};
    out.vault.officer_certificate = certify_officer(out.vault, out.identity, now);
    if (wish.settings.kind == replication::NodeKind::headquarters) {
        out.vault.roster_key = crypto::SigningKey::generate(entropy);
    }
    TRY_ASSIGN(out.request, request_of(wish.settings, out.identity, out.vault, now, entropy));
    return out;
}

/// The first officer's account.
Status write_book(const NodeDirectory& directory, const Draft& draft, bool has_slot,
                  crypto::Entropy& entropy) {
    TRY_ASSIGN(OfficerBook book,
               OfficerBook::open(directory.officers(), draft.vault.vault_key.duplicate()));
    OfficerAccount account;
    account.officer = draft.vault.officer;
    account.name = draft.vault.officer_name;
    account.slot = has_slot ? 1 : 0;
    account.created = draft.made;
    account.certificate = draft.vault.officer_certificate;
    return book.put(account, entropy);
}

Status write_node(const NodeDirectory& directory, const Draft& draft, const Settings& settings,
                  const Credential& credential, crypto::Entropy& entropy) {
    if (!credential.passphrase.empty()) {
        TRY(add_slot(directory, draft.vault, credential.passphrase.view(), entropy));
    }
    if (!credential.service_key.empty()) {
        TRY(add_service_slot(directory, draft.vault, credential.service_key, entropy));
    }
    TRY_ASSIGN(const auto store, LogStore::open(directory.log(), LogStore::Access::read_write,
                                                draft.vault.link_key.duplicate()));
    TRY(store->set_link_row(LinkRow::keys, draft.identity.relay().to_secret().view(), entropy));
    TRY(store->set_link_row(LinkRow::settings, encode(settings), entropy));
    TRY(write_book(directory, draft, !credential.passphrase.empty(), entropy));
    return write_file(directory.request(), draft.request);
}

void empty_folder(const std::filesystem::path& path) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
        std::filesystem::remove_all(entry.path(), ignored);
    }
    std::filesystem::remove(path, ignored);
}

Result<crypto::Identity> read_identity(const LogStore& store, const Vault& vault) {
    TRY_ASSIGN(auto row, store.link_row(LinkRow::keys));
    if (!row) {
        return Error{directory_missing,
                     "this node has no keys; make it with 'entrepot node create'"};
    }
    auto relay = crypto::RelayKeys::from_secret(*row);
    crypto::wipe(*row);
    if (!relay) {
        return std::move(relay).error();
    }
    return crypto::Identity::join(*std::move(relay), vault.box.duplicate());
}

Result<Settings> read_settings(const LogStore& store) {
    TRY_ASSIGN(const auto row, store.link_row(LinkRow::settings));
    return decode_settings(row ? ByteView(*row) : ByteView());
}

/// Only a node that the roster held says nothing of may ask.
Status check_not_enrolled(const LogStore& store, const replication::NodeId& self) {
    TRY_ASSIGN(const auto entries, store.roster_entries());
    TRY_ASSIGN(const auto roster, replication::Roster::from_entries(entries));
    if (roster.is_revoked(self)) {
        return Error{request_revoked,
                     "this node was revoked: make a new one, and enrol that with "
                     "'entrepot administration replace'"};
    }
    return roster.node(self) == nullptr
               ? Status()
               : Status(Error{request_enrolled, "this node is enrolled; there is nothing to ask"});
}

Status check_country_of(const LogStore& store, const replication::Roster& roster) {
    TRY_ASSIGN(const Settings settings, read_settings(store));
    if (settings.country != roster.genesis()->country) {
        return Error{join_other_country, "the join file is of " + roster.genesis()->country +
                                             ", this node was made for " + settings.country};
    }
    return {};
}

Status keep_roster(LogStore& store, const replication::Roster& roster) {
    TRY_ASSIGN(const auto held, store.roster_entries());
    const auto& entries = roster.entries();
    if (held.size() > entries.size() || !std::equal(held.begin(), held.end(), entries.begin())) {
        return Error{join_older,
                     "this node already holds a longer or another roster than the join file"};
    }
    std::vector<replication::Write> writes;
    for (std::size_t at = held.size(); at < entries.size(); ++at) {
        writes.push_back({at + 1, replication::RosterWrite{{at + 1}, entries[at]}});
    }
    return writes.empty() ? Status() : store.write(writes);
}

}  // namespace

Result<Installed> install_node(const std::filesystem::path& path, const InstallationWish& wish,
                               const Credential& credential, const Clock& clock,
                               crypto::Entropy& entropy) {
    TRY(check(wish, credential));
    TRY_ASSIGN(const Draft draft, draft_node(wish, clock.wall(), entropy));
    TRY_ASSIGN(const NodeDirectory directory, NodeDirectory::create(path));
    if (auto written = write_node(directory, draft, wish.settings, credential, entropy); !written) {
        empty_folder(path);
        return std::move(written).error();
    }
    return Installed{draft.identity.id(), directory.request(),
                     replication::request_code(draft.request)};
}

Result<Joined> join_node(const NodeDirectory& directory, ByteView join_file,
                         const replication::RootPin& root, const Credential& credential) {
    TRY_ASSIGN(const NodeLock lock, NodeLock::take(directory));
    TRY_ASSIGN(const Vault vault, open_vault(directory, "", credential));
    TRY_ASSIGN(const auto store, LogStore::open(directory.log(), LogStore::Access::read_write,
                                                vault.link_key.duplicate()));
    TRY_ASSIGN(const crypto::Identity identity, read_identity(*store, vault));
    TRY_ASSIGN(const auto roster, replication::open_join(join_file, identity, root));
    TRY(check_country_of(*store, roster));
    TRY(keep_roster(*store, roster));
    // Answered: it is good for nothing more, and it names the unit in clear.
    std::error_code ignored;
    std::filesystem::remove(directory.request(), ignored);
    return Joined{identity.id(), roster.entries().size()};
}

Result<Installed> renew_request(const NodeDirectory& directory, const Credential& credential,
                                const Clock& clock, crypto::Entropy& entropy) {
    TRY_ASSIGN(const NodeLock lock, NodeLock::take(directory));
    TRY_ASSIGN(const Vault vault, open_vault(directory, "", credential));
    TRY_ASSIGN(const auto store, LogStore::open(directory.log(), LogStore::Access::read_write,
                                                vault.link_key.duplicate()));
    TRY_ASSIGN(const crypto::Identity identity, read_identity(*store, vault));
    TRY(check_not_enrolled(*store, identity.id()));
    TRY_ASSIGN(const Settings settings, read_settings(*store));
    TRY_ASSIGN(const Bytes request, request_of(settings, identity, vault, clock.wall(), entropy));
    TRY(write_file(directory.request(), request));
    return Installed{identity.id(), directory.request(), replication::request_code(request)};
}

}  // namespace entrepot::node
