// Who must sign an entry: threshold of the roots, or headquarters with its roster key.
#include <algorithm>

#include "replication/roster/entry_check.hpp"

namespace entrepot::replication {
namespace {

bool contains(const std::vector<crypto::PublicKey>& keys, const crypto::PublicKey& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Threshold of `roots` at least, and each of `joining`; nobody else, and nobody twice.
Status check_root_signers(const RosterEntry& entry, const RootChange& roots,
                          const std::vector<crypto::PublicKey>& joining = {}) {
    std::vector<crypto::PublicKey> seen;
    std::size_t holders = 0;
    for (const KeySignature& signature : entry.signatures) {
        const bool holds = contains(roots.roots, signature.key);
        if ((!holds && !contains(joining, signature.key)) || contains(seen, signature.key)) {
            return Error{roster_signer,
                         "a signature of a key that is no root key, or of one twice"};
        }
        seen.push_back(signature.key);
        holders += holds ? 1 : 0;
    }
    if (holders < roots.threshold) {
        return Error{roster_signer, "needs " + std::to_string(roots.threshold) +
                                        " root keys, signed by " + std::to_string(holders)};
    }
    if (seen.size() - holders != joining.size()) {
        return Error{roster_signer, "a new root key has not signed for itself"};
    }
    return {};
}

Status check_headquarters_signer(const RosterEntry& entry, const Standing& standing) {
    if (entry.signatures.size() != 1 ||
        !contains(standing.roster_keys, entry.signatures.front().key)) {
        return Error{roster_signer, "needs one signature, of a roster key in force"};
    }
    return {};
}

Status check_authority(const RosterEntry& entry, const Standing& standing) {
    const auto* outer = std::get_if<OuterGenesis>(&entry.content);
    const auto* genesis = outer != nullptr ? &outer->own : std::get_if<Genesis>(&entry.content);
    if ((genesis != nullptr) == standing.genesis.has_value()) {
        return Error{roster_genesis, genesis != nullptr ? "a genesis after the first entry"
                                                        : "the first entry is no genesis"};
    }
    if (genesis != nullptr) {
        return check_root_signers(entry, {genesis->threshold, genesis->roots});
    }
    if (const auto* change = std::get_if<RootChange>(&entry.content)) {
        return check_root_signers(entry, standing.roots, new_roots(*change, standing.roots));
    }
    return is_for_root(entry.content, standing) ? check_root_signers(entry, standing.roots)
                                                : check_headquarters_signer(entry, standing);
}

}  // namespace

bool is_for_root(const EntryContent& content, const Standing& standing) {
    if (const auto* certificate = std::get_if<NodeCertificate>(&content)) {
        return certificate->kind == NodeKind::headquarters ||
               certificate->kind == NodeKind::partner;
    }
    if (std::holds_alternative<ErasureEntry>(content) ||
        std::holds_alternative<PartnerEntry>(content) ||
        std::holds_alternative<AuditorEntry>(content) ||
        std::holds_alternative<SettlementEntry>(content) ||
        std::holds_alternative<RootChange>(content) || std::holds_alternative<Genesis>(content) ||
        std::holds_alternative<OuterGenesis>(content)) {
        return true;
    }
    if (const auto* revocation = std::get_if<RevocationEntry>(&content)) {
        const NodeStanding* node = standing.active_node(revocation->node);
        return node != nullptr && node->certificate.kind == NodeKind::headquarters;
    }
    return false;
}

Status check_signers(const RosterEntry& entry, ByteView signed_bytes, const Standing& standing) {
    TRY(check_authority(entry, standing));
    for (const KeySignature& signature : entry.signatures) {
        if (!crypto::verify(signature.key, crypto::domain::roster_entry, {signed_bytes},
                            signature.signature)) {
            return Error{roster_signature, "the signature is not that key's over this entry"};
        }
    }
    return {};
}

}  // namespace entrepot::replication
