#include "node/roots/losing_branch.hpp"

#include <algorithm>

#include "node/access/settings.hpp"

namespace entrepot::node {
namespace {

using replication::Roster;
using replication::RosterLength;

/// How many entries of the losing branch the last entries of `counts` carry already.
std::size_t carried(const Roster& counts, const Roster& loses, RosterLength common) {
    const auto last = replication::decode_entry(counts.entries().back());
    const auto* settlement =
        last ? std::get_if<replication::SettlementEntry>(&last->content) : nullptr;
    if (settlement == nullptr || settlement->common != common) {
        return 0;
    }
    const auto first = loses.entries().begin() + static_cast<std::ptrdiff_t>(common.value);
    const auto found = std::find(first, loses.entries().end(), settlement->losing);
    return found == loses.entries().end() ? 0 : static_cast<std::size_t>(found - first) + 1;
}

std::string called(ByteView id) {
    return to_base32(id);
}

struct Describer {
    bool is_outer = false;

    std::string operator()(const replication::NodeCertificate& entry) const {
        const std::string what = "certified " + std::string(kind_name(entry.kind)) + " " +
                                 called(entry.identity.id().view());
        return what + (is_outer ? ": 'entrepot administration partner'"
                                : ": 'entrepot administration enrol', with its request ('entrepot "
                                  "node request --renew' makes another)");
    }
    std::string operator()(const replication::CompartmentEntry& entry) const {
        return "made compartment " + called(entry.compartment.view()) + " of " + entry.database +
               (is_outer ? ": 'entrepot partner open', or 'partner joint' with the name it had"
                         : ": comes again when its unit is enrolled again, else 'entrepot "
                           "administration compartment again'");
    }
    std::string operator()(const replication::GenerationEntry& entry) const {
        return "made a new key of compartment " + called(entry.compartment.view()) +
               ": comes with the revocation or grant that called for it";
    }
    std::string operator()(const replication::GrantEntry& entry) const {
        return "gave node " + called(entry.node.view()) + " a right to compartment " +
               called(entry.compartment.view()) + ", or took it: 'entrepot administration grant'";
    }
    std::string operator()(const replication::RevocationEntry& entry) const {
        return "revoked node " + called(entry.node.view()) +
               ", which is in force again: 'entrepot administration revoke'";
    }
    std::string operator()(const replication::CutEntry& entry) const {
        return "cut log " + called(entry.cut.log.view()) + " at commit " +
               std::to_string(entry.cut.number.value) +
               ": 'entrepot administration settle-log', or 'admit'";
    }
    std::string operator()(const replication::ErasureEntry& entry) const {
        return "ordered an erasure (" + entry.reason + "): 'entrepot administration erase'";
    }
    std::string operator()(const replication::RootChange&) const {
        return "changed the root keys: 'entrepot administration roots change'";
    }
    std::string operator()(const replication::PartnerEntry& entry) const {
        return "trusted or left the administration of " + entry.country +
               ": 'entrepot administration partner'";
    }
    std::string operator()(const replication::AuditorEntry&) const {
        return "named an auditor: 'entrepot administration auditor create'";
    }
    std::string operator()(const replication::NumbersEntry& entry) const {
        return "gave node " + called(entry.node.view()) +
               " reference numbers: 'entrepot administration numbers'";
    }
    template <class Other>
    std::string operator()(const Other&) const {
        return "said which schemas are in force: comes again with the program";
    }
};

}  // namespace

Result<LosingBranch> losing_branch(const Roster& counts, const Roster& loses) {
    if (counts.administration() != loses.administration()) {
        return Error{settle_other_administration, "the two rosters are not of one administration"};
    }
    const auto differs = std::mismatch(counts.entries().begin(), counts.entries().end(),
                                       loses.entries().begin(), loses.entries().end());
    LosingBranch out;
    out.common = {static_cast<std::uint64_t>(differs.first - counts.entries().begin())};
    if (counts.shared_with(loses.length(), loses.head())) {
        return Error{settle_nothing, "nothing is to be settled: all of it is here"};
    }
    if (out.common == counts.length()) {
        return Error{replication::roster_settlement,
                     "the other goes on where this one ends: 'entrepot roster import' takes it in"};
    }
    for (auto at = differs.second; at != loses.entries().end(); ++at) {
        TRY_ASSIGN(auto entry, replication::decode_entry(*at));
        out.entries.push_back(std::move(entry));
    }
    const std::size_t done = carried(counts, loses, out.common);
    out.wanted.assign(differs.second + static_cast<std::ptrdiff_t>(done), loses.entries().end());
    return out;
}

std::string describe_lost(const replication::RosterEntry& entry, bool is_outer) {
    return "entry " + std::to_string(entry.number.value) + " " +
           std::visit(Describer{is_outer}, entry.content);
}

}  // namespace entrepot::node
