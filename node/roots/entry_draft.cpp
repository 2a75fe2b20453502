#include "node/roots/entry_draft.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "replication/roster/entry_content.hpp"

namespace entrepot::node {
namespace {

using replication::EntryContent;
using replication::NodeCertificate;
using replication::NodeKind;

constexpr std::string_view magic = "EPD1";
constexpr std::size_t country_size = 2;

/// Whether root keys may sign this sort of entry; of whom a revocation is shows only the roster.
bool is_of_root(const EntryContent& content) {
    if (const auto* certificate = std::get_if<NodeCertificate>(&content)) {
        return certificate->kind == NodeKind::headquarters ||
               certificate->kind == NodeKind::partner;
    }
    return std::holds_alternative<replication::RevocationEntry>(content) ||
           std::holds_alternative<replication::ErasureEntry>(content) ||
           std::holds_alternative<replication::RootChange>(content) ||
           std::holds_alternative<replication::PartnerEntry>(content) ||
           std::holds_alternative<replication::AuditorEntry>(content) ||
           std::holds_alternative<replication::SettlementEntry>(content) ||
           std::holds_alternative<replication::OuterGenesis>(content);
}

bool contains(const std::vector<crypto::PublicKey>& keys, const crypto::PublicKey& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

replication::RootChange read_roots(WireReader& reader) {
    replication::RootChange out;
    out.threshold = reader.u8();
    const std::size_t count = reader.u8();
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        out.roots.push_back(reader.fixed<crypto::PublicKey>());
    }
    return out;
}

}  // namespace

EntryDraft EntryDraft::make(const replication::Roster& roster, replication::HybridTime time,
                            EntryContent content) {
    ENSURE(roster.genesis() != nullptr && is_of_root(content));
    EntryDraft out;
    out.administration_ = roster.administration();
    out.country_ = roster.genesis()->country;
    out.fingerprint_ = roster.root_fingerprint();
    out.roots_ = roster.roots();
    out.entry_ = {{roster.length().value + 1}, roster.head(), time, std::move(content), {}};
    return out;
}

EntryDraft EntryDraft::make_outer(const replication::Roster& home, replication::HybridTime time,
                                  replication::OuterGenesis content) {
    ENSURE(home.genesis() != nullptr);
    EntryDraft out;
    out.country_ = home.genesis()->country;
    out.roots_ = {content.own.threshold, content.own.roots};
    out.fingerprint_ = replication::root_fingerprint(out.roots_);
    out.entry_ = {{1}, {}, time, std::move(content), {}};
    return out;
}

Result<EntryDraft> EntryDraft::decode(ByteView bytes) {
    WireReader reader(bytes);
    const bool is_draft = as_text(reader.raw(magic.size())) == magic;
    EntryDraft out;
    out.administration_ = reader.fixed<replication::AdministrationId>();
    out.country_ = std::string(as_text(reader.raw(country_size)));
    out.fingerprint_ = reader.fixed<Hash>();
    out.roots_ = read_roots(reader);
    const ByteView entry = reader.sized32(replication::roster_entry_most);
    if (const auto end = reader.finish("draft"); !is_draft || !end) {
        return Error{draft_malformed, "this is no draft of a roster entry, or not all of one"};
    }
    TRY_ASSIGN(out.entry_, replication::decode_entry(entry));
    TRY(out.check());
    return out;
}

Bytes EntryDraft::encode() const {
    WireWriter writer;
    writer.raw(as_bytes(magic)).fixed(administration_).raw(as_bytes(country_)).fixed(fingerprint_);
    writer.u8(roots_.threshold).u8(static_cast<std::uint8_t>(roots_.roots.size()));
    for (const crypto::PublicKey& root : roots_.roots) {
        writer.fixed(root);
    }
    writer.sized32(replication::encode_entry(entry_));
    return writer.take();
}

Status EntryDraft::check() const {
    if (roots_.threshold < 1 || roots_.roots.size() > replication::root_limit ||
        roots_.roots.size() < roots_.threshold) {
        return Error{draft_malformed, "the draft names no root keys that could sign it"};
    }
    if (!is_of_root(entry_.content)) {
        return Error{draft_not_root, "this entry is for headquarters to sign, not for root keys"};
    }
    const Bytes bytes = replication::signed_part(entry_);
    std::vector<crypto::PublicKey> seen;
    for (const auto& signature : entry_.signatures) {
        if (!may_sign(signature.key)) {
            return Error{draft_not_holder, "a signature in it is of a key that has no say here"};
        }
        if (contains(seen, signature.key)) {
            return Error{draft_signed_twice, "one key has signed it twice"};
        }
        seen.push_back(signature.key);
        if (!crypto::verify(signature.key, crypto::domain::roster_entry, {bytes},
                            signature.signature)) {
            return Error{draft_signature, "a signature in it is not that key's over this entry"};
        }
    }
    return {};
}

std::vector<crypto::PublicKey> EntryDraft::joining() const {
    std::vector<crypto::PublicKey> out;
    if (const auto* change = std::get_if<replication::RootChange>(&entry_.content)) {
        for (const crypto::PublicKey& root : change->roots) {
            if (!contains(roots_.roots, root)) {
                out.push_back(root);
            }
        }
    }
    return out;
}

bool EntryDraft::may_sign(const crypto::PublicKey& key) const {
    return contains(roots_.roots, key) || contains(joining(), key);
}

bool EntryDraft::has_signed(const crypto::PublicKey& key) const {
    return std::any_of(entry_.signatures.begin(), entry_.signatures.end(),
                       [&](const auto& signature) { return signature.key == key; });
}

std::size_t EntryDraft::signed_by_roots() const {
    return static_cast<std::size_t>(
        std::count_if(roots_.roots.begin(), roots_.roots.end(),
                      [this](const crypto::PublicKey& root) { return has_signed(root); }));
}

std::size_t EntryDraft::wanted() const {
    const std::size_t roots = signed_by_roots();
    std::size_t out = roots < roots_.threshold ? roots_.threshold - roots : 0;
    for (const crypto::PublicKey& key : joining()) {
        out += has_signed(key) ? 0 : 1;
    }
    return out;
}

Status EntryDraft::sign(const crypto::SigningKey& key) {
    const crypto::PublicKey signer = key.public_key();
    if (!may_sign(signer)) {
        return Error{draft_not_holder, "this key is no root key in force of that administration"};
    }
    if (has_signed(signer)) {
        return Error{draft_signed_twice, "this key has signed the draft; it counts once"};
    }
    const Bytes bytes = replication::signed_part(entry_);
    entry_.signatures.push_back({signer, key.sign(crypto::domain::roster_entry, {bytes})});
    return {};
}

Status EntryDraft::merge(const EntryDraft& other) {
    if (!equal(replication::signed_part(entry_), replication::signed_part(other.entry_)) ||
        administration_ != other.administration_) {
        return Error{draft_differs, "the drafts are not copies of one and the same entry"};
    }
    for (const auto& signature : other.entry_.signatures) {
        if (!has_signed(signature.key)) {
            entry_.signatures.push_back(signature);
        }
    }
    return {};
}

Result<Bytes> EntryDraft::entry_for(const replication::Roster& roster) const {
    if (roster.administration() != administration_) {
        return Error{draft_other_administration, "the draft is of another administration"};
    }
    if (entry_.number.value != roster.length().value + 1 || entry_.previous != roster.head()) {
        return Error{draft_stale, "the roster has moved on: the draft is entry " +
                                      std::to_string(entry_.number.value) + ", the roster has " +
                                      std::to_string(roster.length().value) +
                                      "; make the draft again and have it signed again"};
    }
    if (wanted() > 0) {
        return Error{draft_too_few, std::to_string(wanted()) +
                                        " more signatures are wanted; carry it to other holders: "
                                        "'entrepot administration sign'"};
    }
    return replication::encode_entry(entry_);
}

}  // namespace entrepot::node
