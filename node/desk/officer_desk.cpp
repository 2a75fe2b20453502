#include "node/desk/officer_desk.hpp"

#include <nlohmann/json.hpp>

#include "node/access/installation.hpp"
#include "node/access/rights.hpp"
#include "node/databases/text/time_text.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::bit_of;
using replication::OfficerRole;

constexpr std::uint16_t administrator = bit_of(OfficerRole::administrator);

std::string text_of(const json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Result<std::uint16_t> roles_of(const json& body) {
    std::uint16_t out = 0;
    for (const json& name : body.value("roles", json::array())) {
        const auto role =
            replication::officer_role_named(name.is_string() ? name.get<std::string>() : "");
        if (!role) {
            return Error{officer_roles,
                         name.dump() + " is no role; there are " + role_names(std::uint16_t{0x3f})};
        }
        out |= bit_of(*role);
    }
    if (out == 0) {
        return Error{officer_roles, "an officer needs a role: " + role_names(std::uint16_t{0x3f})};
    }
    return out;
}

Result<OfficerAccount> account_of(const Desk& desk, const json& body) {
    const auto* account = desk.officers().find_active(text_of(body, "officer"));
    if (account == nullptr) {
        return Error{officer_not_here,
                     "no officer of that name has an account at this node; "
                     "'entrepot officer list' shows them"};
    }
    return *account;
}

bool is_headquarters(const Desk& desk) {
    return desk.settings().kind == replication::NodeKind::headquarters;
}

/// A headquarters' administrator signs roster entries: his slot holds the key, no other does.
Status put_roster_key(const Desk& desk, Vault& vault, std::uint16_t roles) {
    vault.roster_key.reset();
    if (!is_headquarters(desk) || (roles & administrator) == 0) {
        return {};
    }
    if (desk.roster_key() == nullptr) {
        return Error{officer_role, "only an administrator who has the roster key can hand it on"};
    }
    vault.roster_key = desk.roster_key()->duplicate();
    return {};
}

/// Keys of the node with a fresh one for the officer, who gets a certificate for it.
Result<NewSlot> prepare(Desk& desk, OfficerAccount account, std::uint16_t roles) {
    Vault vault{desk.vault().vault_key.duplicate(),
                desk.vault().link_key.duplicate(),
                desk.vault().box.duplicate(),
                account.officer,
                account.name,
                crypto::SigningKey::generate(desk.entropy()),
                {},
                std::nullopt};
    TRY(put_roster_key(desk, vault, roles));
    TRY_ASSIGN(account.certificate,
               desk.certify(account.officer, vault.officer_key.public_key(), roles));
    vault.officer_certificate = account.certificate;
    const unsigned replaced = std::exchange(account.slot, desk.free_slot());
    const unsigned number = account.slot;
    return NewSlot{std::move(account), vault.encode(), number, replaced};
}

Status check_administrators(const Desk& desk, const OfficerAccount& account) {
    if (account.has(OfficerRole::administrator) && desk.officers().administrators() == 1) {
        return Error{officer_last_administrator,
                     "this is the only administrator: give the role to another officer first"};
    }
    return {};
}

json account_json(const OfficerAccount& account) {
    const auto certificate = account.certified();
    json roles = json::array();
    for (const OfficerRole role : replication::all_officer_roles) {
        if ((certificate.roles & bit_of(role)) != 0) {
            roles.push_back(replication::name_of(role));
        }
    }
    return {{"officer", account.name},
            {"officer_id", to_base32(account.officer.view())},
            {"roles", std::move(roles)},
            {"state", account.left ? "left" : "active"},
            {"created", utc_text(account.created)},
            {"until", utc_text(certificate.until)}};
}

}  // namespace

Result<NewSlot> prepare_officer(Desk& desk, const json& body) {
    OfficerAccount account;
    account.name = text_of(body, "officer");
    if (account.name.empty() || account.name.size() > officer_name_limit) {
        return Error{officer_unnamed, "an officer's name has 1 to 80 bytes"};
    }
    if (desk.officers().find_active(account.name) != nullptr) {
        return Error{officer_name_taken,
                     "an officer of that name has an account here; two names must differ"};
    }
    TRY_ASSIGN(const std::uint16_t roles, roles_of(body));
    account.officer = desk.entropy().fixed<replication::OfficerId>();
    account.created = desk.wall();
    return prepare(desk, std::move(account), roles);
}

Result<NewSlot> prepare_reset(Desk& desk, const json& body) {
    TRY_ASSIGN(OfficerAccount account, account_of(desk, body));
    std::uint16_t roles = account.roles();
    if (body.contains("roles")) {
        TRY_ASSIGN(roles, roles_of(body));
    }
    if ((roles & administrator) == 0) {
        TRY(check_administrators(desk, account));
    }
    return prepare(desk, std::move(account), roles);
}

Result<NewSlot> prepare_passphrase(Desk& desk, OpenedSlot opened) {
    TRY_ASSIGN(const Acting officer, acting_of(desk, opened.vault));
    OfficerAccount account = *desk.officers().find(officer->officer);
    if ((account.roles() & administrator) == 0) {
        opened.vault.roster_key.reset();  // a role that he has no more
    }
    opened.vault.officer_certificate = account.certificate;
    account.slot = opened.number;
    return NewSlot{std::move(account), opened.vault.encode(), opened.number, 0};
}

Status check_fresh(const Desk& desk, const OfficerAccount& account, ByteView passphrase) {
    return check_passphrase(passphrase, {account.name, desk.settings().name});
}

Result<json> finish_slot(Desk& desk, const NewSlot& made, ByteView sealed) {
    TRY(desk.write_slot(made.number, sealed));
    TRY(desk.put_officer(made.account));
    if (made.replaced != 0 && made.replaced != made.number) {
        desk.destroy_slot(made.replaced);
    }
    return account_json(made.account);
}

Result<json> change_roles(Desk& desk, const json& body) {
    TRY_ASSIGN(OfficerAccount account, account_of(desk, body));
    TRY_ASSIGN(const std::uint16_t roles, roles_of(body));
    const bool becomes = (roles & administrator) != 0 && !account.has(OfficerRole::administrator);
    if (becomes && is_headquarters(desk)) {
        return Error{officer_needs_reset,
                     "at headquarters an administrator's slot holds the roster key: use 'entrepot "
                     "officer reset NAME --role administrator'"};
    }
    if ((roles & administrator) == 0) {
        TRY(check_administrators(desk, account));
    }
    TRY_ASSIGN(account.certificate, desk.certify(account.officer, account.certified().key, roles));
    TRY(desk.put_officer(account));
    return account_json(account);
}

Result<json> officer_leaves(Desk& desk, const json& body) {
    TRY_ASSIGN(OfficerAccount account, account_of(desk, body));
    TRY(check_administrators(desk, account));
    const auto certificate = account.certified();
    TRY_ASSIGN(account.certificate,
               desk.certify(account.officer, certificate.key, certificate.roles, desk.wall()));
    account.left = true;
    const unsigned slot = std::exchange(account.slot, 0U);
    TRY(desk.put_officer(account));
    if (slot != 0) {
        desk.destroy_slot(slot);
    }
    return account_json(account);
}

json list_officers(Desk& desk, const Attempts& attempts) {
    json out = json::array();
    for (const OfficerAccount& account : desk.officers().all()) {
        json one = account_json(account);
        one["failed_tries"] = account.slot == 0 ? 0 : attempts.failed(account.slot);
        out.push_back(std::move(one));
    }
    return {{"officers", std::move(out)}};
}

Result<Acting> acting_of(Desk& desk, const Vault& vault) {
    const auto* account = desk.officers().find(vault.officer);
    if (account == nullptr || account->left ||
        account->certified().key != vault.officer_key.public_key()) {
        return Error{access_stale_slot,
                     "that slot is of an account that ended or was reset; ask an administrator"};
    }
    auto out = std::make_shared<ActingOfficer>(
        ActingOfficer{account->officer, account->name, vault.officer_key.duplicate(),
                      account->roles(), account->certificate, std::nullopt});
    if (vault.roster_key && account->has(OfficerRole::administrator)) {
        out->roster_key = vault.roster_key->duplicate();
    }
    return out;
}

}  // namespace entrepot::node
