// The keys of a node that is stopped, as its service key opens them: what a locked node must not
// hold, and what it goes on holding.
#pragma once

#include <map>
#include <stdexcept>
#include <string>

#include "node/access/vault.hpp"
#include "node/journal/keyring.hpp"
#include "node/store/log_store.hpp"

namespace entrepot::node {

struct NodeKeys {
    std::map<std::string, std::string> forgotten;  ///< bytes, and what they are
    std::string link_key;

    void add(ByteView key, const std::string& what) { forgotten[std::string(as_text(key))] = what; }
};

template <class Value>
Value taken(Result<Value> from) {
    if (!from) {
        throw std::runtime_error(from.error().context);
    }
    return *std::move(from);
}

/// Keys of the compartments of one log's roster.
inline void add_compartments(NodeKeys& out, const LogStore& store, const crypto::BoxKey& box,
                             const replication::NodeId& self) {
    const auto roster = taken(replication::Roster::from_entries(taken(store.roster_entries())));
    Keyring keys(self, box.duplicate());
    keys.follow(roster);
    for (const auto* place : roster.compartments()) {
        for (const auto& each : keys.all_of(place->id)) {
            out.add(each.key.view(), "a compartment of " + place->database);
        }
    }
}

inline NodeKeys keys_of(const std::filesystem::path& path,
                        const std::filesystem::path& service_key) {
    const NodeDirectory directory = taken(NodeDirectory::open(path));
    const Vault vault = taken(open_service(directory, service_key));
    NodeKeys out;
    out.link_key = as_text(vault.link_key.view());
    out.add(vault.vault_key.view(), "the vault key");
    out.add(vault.box.secret(), "the node's box key");
    out.add(vault.officer_key.seed(), "an officer's key");
    if (vault.roster_key) {
        out.add(vault.roster_key->seed(), "the roster key");
    }
    const auto open = [](const std::filesystem::path& log, crypto::Secret key) {
        return taken(LogStore::open(log, LogStore::Access::read_only, std::move(key)));
    };
    const auto home = open(directory.log(), vault.link_key.duplicate());
    const auto relay =
        taken(crypto::RelayKeys::from_secret(taken(home->link_row(LinkRow::keys)).value()));
    add_compartments(out, *home, vault.box, relay.id());
    std::error_code absent;
    for (const auto& folder : std::filesystem::directory_iterator(directory.partners(), absent)) {
        const auto realm = taken(replication::AdministrationId::from(
            taken(from_base32(folder.path().filename().string()))));
        add_compartments(out, *open(folder.path() / "log", realm_key(vault.link_key, realm)),
                         vault.box, relay.id());
    }
    return out;
}

}  // namespace entrepot::node
