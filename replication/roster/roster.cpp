#include "replication/roster/roster.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/roster/entry_check.hpp"

namespace entrepot::replication {
namespace {

/// Whether nobody else holds this standing. Taking and giving back a share of it orders what
/// another thread did with its copy before anything that is written here afterwards.
bool is_only_holder(const std::shared_ptr<const Standing>& standing) {
    const auto share = standing;
    return share.use_count() == 2;
}

}  // namespace

Roster::Roster() : standing_(std::make_shared<Standing>()) {}

Result<Roster> Roster::from_entries(std::span<const Bytes> entries) {
    Roster out;
    out.entries_.reserve(entries.size());
    out.hashes_.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (auto status = out.append(entries[i]); !status) {
            return Error{status.error().code,
                         "entry " + std::to_string(i + 1) + ": " + status.error().context};
        }
    }
    return out;
}

Status Roster::append(ByteView encoded) {
    TRY_ASSIGN(const RosterEntry entry, decode_entry(encoded));
    if (entry.number.value != length().value + 1) {
        return Error{roster_number, "entry " + std::to_string(entry.number.value) +
                                        " does not follow " + std::to_string(length().value)};
    }
    if (entry.previous != head()) {
        return Error{roster_chain, "the entry follows another roster than this one"};
    }
    const std::size_t signatures = 1 + entry.signatures.size() * (32 + 64);
    TRY(check_signers(entry, encoded.first(encoded.size() - signatures), *standing_));
    TRY(check_content(entry.content, *standing_));
    TRY(check_grant(entry));
    const auto* settlement = std::get_if<SettlementEntry>(&entry.content);
    if (settlement != nullptr) {
        TRY_ASSIGN(auto branch, settled_by(*settlement));
        auto& settled = own_standing().settled;
        if (branch.first != branch.newest) {
            settled.pop_back();  // it goes on
        }
        settled.push_back(std::move(branch));
    }
    take(entry, encoded);
    return {};
}

/// A standing that nobody else sees, and so may change. Every standing is made without const.
Standing& Roster::own_standing() {
    if (!is_only_holder(standing_)) {
        standing_ = std::make_shared<Standing>(*standing_);
    }
    return const_cast<Standing&>(*standing_);
}

/// Appends what was found right.
void Roster::take(const RosterEntry& entry, ByteView encoded) {
    own_standing().apply(entry.content, entry.number);
    entries_.emplace_back(encoded.begin(), encoded.end());
    hashes_.push_back(entry_hash(encoded));
}

Hash Roster::hash_at(RosterLength length) const {
    ENSURE(length <= this->length());
    return length.value == 0 ? Hash{} : hashes_[length.value - 1];
}

const Genesis* Roster::genesis() const {
    return standing_->genesis ? &*standing_->genesis : nullptr;
}

AdministrationId Roster::administration() const {
    AdministrationId out;
    if (!hashes_.empty()) {
        std::memcpy(out.bytes.data(), hashes_.front().bytes.data(), AdministrationId::size);
    }
    return out;
}

Hash Roster::root_fingerprint() const {
    return standing_->fingerprints.empty() ? Hash{} : standing_->fingerprints.front();
}

Hash Roster::present_fingerprint() const {
    return standing_->fingerprints.empty() ? Hash{} : standing_->fingerprints.back();
}

bool Roster::had_roots(const Hash& fingerprint) const {
    const auto& all = standing_->fingerprints;
    return std::find(all.begin(), all.end(), fingerprint) != all.end();
}

const RootChange& Roster::roots() const {
    return standing_->roots;
}

const std::optional<PartnerEntry>& Roster::partner() const {
    return standing_->partner;
}

const std::vector<PartnerEntry>& Roster::partners() const {
    return standing_->partners;
}

bool Roster::shares(const Roster& outer) const {
    if (!outer.partner() || genesis() == nullptr) {
        return false;
    }
    const Hash maker = outer.root_fingerprint(), other = outer.partner()->fingerprint;
    const bool is_made_here = had_roots(maker);
    const Hash& abroad = is_made_here ? other : maker;
    return (is_made_here || had_roots(other)) &&
           std::any_of(partners().begin(), partners().end(), [&](const PartnerEntry& partner) {
               return partner.in_force && partner.fingerprint == abroad;
           });
}

const std::optional<crypto::BoxPublicKey>& Roster::auditor() const {
    return standing_->auditor;
}

std::vector<NumberBlock> Roster::numbers_of(const NodeId& id) const {
    const NodeCertificate* certificate = node(id);
    if (certificate == nullptr) {
        return {};
    }
    std::vector<NumberBlock> out{certificate->numbers, certificate->spare_numbers};
    if (const auto found = standing_->further_numbers.find(id);
        found != standing_->further_numbers.end()) {
        out.insert(out.end(), found->second.begin(), found->second.end());
    }
    return out;
}

const NodeCertificate* Roster::node(const NodeId& id) const {
    const auto found = standing_->nodes.find(id);
    return found == standing_->nodes.end() ? nullptr : &found->second.certificate;
}

const NodeCertificate* Roster::node_by_transport(const crypto::TransportPublicKey& key) const {
    const auto found = standing_->by_transport.find(key);
    return found == standing_->by_transport.end() ? nullptr : node(found->second);
}

bool Roster::is_revoked(const NodeId& id) const {
    const auto found = standing_->nodes.find(id);
    return found != standing_->nodes.end() && found->second.is_revoked;
}

std::vector<const NodeCertificate*> Roster::nodes() const {
    std::vector<const NodeCertificate*> out;
    for (const NodeId& id : standing_->node_order) {
        out.push_back(node(id));
    }
    return out;
}

bool Roster::is_for_root(const EntryContent& content) const {
    return replication::is_for_root(content, *standing_);
}

std::optional<crypto::PublicKey> Roster::roster_key() const {
    const auto& keys = standing_->roster_keys;
    return keys.empty() ? std::nullopt : std::optional(keys.back());
}

const CompartmentStanding* Roster::compartment(const CompartmentId& id) const {
    const CompartmentHistory* found = standing_->compartment(id);
    return found == nullptr ? nullptr : &found->standing;
}

std::vector<const CompartmentStanding*> Roster::compartments() const {
    std::vector<const CompartmentStanding*> out;
    for (const CompartmentId& id : standing_->compartment_order) {
        out.push_back(compartment(id));
    }
    return out;
}

Generation Roster::generation_at(const CompartmentId& compartment, RosterLength at) const {
    const CompartmentHistory* found = standing_->compartment(compartment);
    if (found == nullptr) {
        return {};
    }
    const auto& made = found->generations;
    const auto after = std::upper_bound(made.begin(), made.end(), at);
    return {static_cast<std::uint32_t>(after - made.begin())};
}

std::vector<NodeId> Roster::entitled(const CompartmentId& compartment, Right right) const {
    const CompartmentHistory* found = standing_->compartment(compartment);
    return found == nullptr ? std::vector<NodeId>{} : found->entitled(right);
}

std::optional<Cut> Roster::cut_of(const LogDescriptor& log) const {
    const bool revoked = is_revoked(log.node);
    if (standing_->cuts.empty() && !revoked) {
        return std::nullopt;
    }
    const LogId id = log.id();
    if (const auto found = standing_->cuts.find(id); found != standing_->cuts.end()) {
        return found->second;
    }
    return revoked ? std::optional(Cut{id, {0}, {}}) : std::nullopt;
}

const std::optional<SchemaEditionEntry>& Roster::schema_edition() const {
    return standing_->schema_edition;
}

bool Roster::is_erased(const ChangePlace& place) const {
    return standing_->erased_changes.count(place) > 0;
}

bool Roster::is_erased(const BlobId& blob) const {
    return standing_->erased_blobs.count(blob) > 0;
}

bool Roster::is_erased(const CompartmentId& compartment, const RecordId& record) const {
    return !standing_->erased_records.empty() &&
           standing_->erased_records.count(erased_record(compartment, record)) > 0;
}

const std::set<ChangePlace>& Roster::erased_changes() const {
    return standing_->erased_changes;
}

const std::vector<RosterLength>& Roster::erasures() const {
    return standing_->erasures;
}

std::vector<RosterLength> Roster::erasures_of(const CompartmentId& compartment,
                                              const RecordId& record) const {
    if (standing_->erasures_of.empty()) {
        return {};
    }
    const auto found = standing_->erasures_of.find(erased_record(compartment, record));
    return found == standing_->erasures_of.end() ? std::vector<RosterLength>{} : found->second;
}

ErasureEntry Roster::erasure(RosterLength number) const {
    const auto entry = decode_entry(entries_.at(number.value - 1));
    ENSURE(entry && std::holds_alternative<ErasureEntry>(entry->content));
    return std::get<ErasureEntry>(entry->content);
}

std::set<Hash> Roster::named_by_erasures() const {
    std::set<Hash> out;
    for (const auto& [record, orders] : standing_->erasures_of) {
        out.insert(record);
    }
    return out;
}

}  // namespace entrepot::replication
