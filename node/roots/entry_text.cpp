// What a draft does in plain words.
#include <algorithm>

#include "crypto/words.hpp"
#include "node/access/settings.hpp"
#include "node/roots/entry_draft.hpp"
#include "node/roots/losing_branch.hpp"

namespace entrepot::node {
namespace {

using Lines = std::vector<std::string>;

std::string called(ByteView id) {
    return to_base32(id);
}

std::string spoken(ByteView key) {
    return crypto::to_words(key.first(crypto::spoken_bytes));
}

struct Describer {
    const replication::RootChange& held;

    Lines operator()(const replication::OuterGenesis& entry) const {
        return {"begins the roster that is shared with " + entry.partner_country +
                    ": it sees headquarters and what is released, nothing else",
                "the partner's root fingerprint: " +
                    crypto::eight_words(entry.partner_fingerprint),
                "ours, which the partner pins:   " +
                    crypto::eight_words(replication::root_fingerprint(
                        {entry.own.threshold, entry.own.roots}))};
    }
    Lines operator()(const replication::NodeCertificate& certificate) const {
        if (certificate.kind == replication::NodeKind::partner) {
            return {"certifies a headquarters of the partner: node " +
                        called(certificate.identity.id().view()),
                    "it will get what is released to that partner"};
        }
        return {"certifies a " + std::string(kind_name(certificate.kind)) + ": node " +
                    called(certificate.identity.id().view()),
                "it will enrol and revoke nodes, make compartments and give rights"};
    }
    Lines operator()(const replication::RevocationEntry& entry) const {
        Lines out{"revokes headquarters' node " + called(entry.node.view()),
                  "it signs nothing more; new keys for " +
                      std::to_string(entry.generations.size()) + " compartments"};
        for (const auto& cut : entry.cuts) {
            out.push_back("its log " + called(cut.log.view()) + " counts up to commit " +
                          std::to_string(cut.number.value));
        }
        out.push_back(entry.cuts.empty() ? "none of its commits counts any more"
                                         : "of its other logs nothing counts");
        return out;
    }
    Lines operator()(const replication::ErasureEntry& entry) const {
        const bool is_whole = entry.whole && !entry.record.is_zero();
        Lines out{"orders every node to erase " + std::to_string(entry.changes.size()) +
                      " changes and " + std::to_string(entry.blobs.size()) +
                      " attachments, for good",
                  (is_whole ? "erased whole: the record of name " : "the rest stays of record ") +
                      called(entry.record.view())};
        for (const Hash& record : entry.further) {
            out.push_back("erased whole: the record of name " + called(record.view()));
        }
        out.push_back("why: " + entry.reason);
        return out;
    }
    Lines operator()(const replication::RootChange& change) const {
        Lines out{"changes the root keys: from now on " + std::to_string(change.threshold) +
                  " of these " + std::to_string(change.roots.size()) + " sign"};
        for (const auto& root : change.roots) {
            const bool stays = std::find(held.roots.begin(), held.roots.end(), root) !=
                               held.roots.end();
            out.push_back((stays ? "stays  " : "joins  ") + spoken(root.view()));
        }
        for (const auto& root : held.roots) {
            if (std::find(change.roots.begin(), change.roots.end(), root) == change.roots.end()) {
                out.push_back("leaves " + spoken(root.view()));
            }
        }
        return out;
    }
    Lines operator()(const replication::PartnerEntry& entry) const {
        return {(entry.in_force ? "trusts the administration of " : "no longer trusts ") +
                    entry.country + " for what is released to it",
                "its root fingerprint: " + crypto::eight_words(entry.fingerprint)};
    }
    Lines operator()(const replication::AuditorEntry& entry) const {
        return {"from now on audits are sealed to the auditor's key " + spoken(entry.key.view())};
    }
    Lines operator()(const replication::SettlementEntry& entry) const {
        Lines out{"settles a forked roster: this branch counts after entry " +
                  std::to_string(entry.common.value) + ", the other one loses"};
        if (const auto losing = replication::decode_entry(entry.losing)) {
            out.push_back("nothing until it is made again: " + describe_lost(*losing));
        }
        return out;
    }
    template <class Other>
    Lines operator()(const Other&) const {
        return {"is no entry for root keys"};
    }
};

}  // namespace

Lines describe_entry(const replication::RosterEntry& entry,
                     const replication::RootChange& roots) {
    return std::visit(Describer{roots}, entry.content);
}

}  // namespace entrepot::node
