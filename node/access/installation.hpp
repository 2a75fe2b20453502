// Installation: how a node comes to be: its keys, first officer and request file (install_node),
// then headquarters' answer (join_node). Both work with no network. Neither starts the node.
#pragma once

#include "node/access/settings.hpp"
#include "node/access/vault.hpp"
#include "replication/roster/root_pin.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode join_other_country{"join.other_country", ErrorKind::refused};
inline constexpr ErrorCode join_older{"join.older", ErrorKind::refused};
inline constexpr ErrorCode request_enrolled{"request.enrolled", ErrorKind::conflict};
inline constexpr ErrorCode request_revoked{"request.revoked", ErrorKind::denied};
inline constexpr ErrorCode officer_unnamed{"officer.unnamed", ErrorKind::invalid_input};

/// What a new node is to be, and who its first officer is (1…80 bytes; administrator).
struct InstallationWish {
    Settings settings;
    std::string officer;
};

struct Installed {
    replication::NodeId node;
    std::filesystem::path request;  ///< the file that headquarters is to answer
    std::string code;               ///< eight words, compared by telephone
};

/// Makes the directory with a slot per credential given (passphrase, service key or both), an
/// identity, the officer's certificate and the request. On an error nothing is left behind.
/// Codes: settings.country, request.name, officer.unnamed, vault.weak_passphrase,
/// vault.no_credential, node.exists, node.unreadable and those of the store.
Result<Installed> install_node(const std::filesystem::path& path, const InstallationWish& wish,
                               const Credential& credential, const Clock& clock,
                               crypto::Entropy& entropy);

struct Joined {
    replication::NodeId node;
    std::size_t length = 0;  ///< entries of the roster now held
};

/// Checks a join file (see open_join) against the pinned root, keeps its roster and removes the
/// request that it answers. The node must not run (node.in_use). join.other_country when the
/// administration is of another country than this node was made for; join.older when this node
/// holds more than the file, or something else.
Result<Joined> join_node(const NodeDirectory& directory, ByteView join_file,
                         const replication::RootPin& root, const Credential& credential);

/// Another request of the same node, with a new code, in place of one that is lost, too old, or was
/// answered on a branch of the roster that lost. The node must not run (node.in_use).
/// request.enrolled while the roster held certifies it; request.revoked when it did once.
Result<Installed> renew_request(const NodeDirectory& directory, const Credential& credential,
                                const Clock& clock, crypto::Entropy& entropy);

}  // namespace entrepot::node
