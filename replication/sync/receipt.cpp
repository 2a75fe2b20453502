#include "replication/sync/receipt.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"

namespace entrepot::replication {

const ReceiptHead* Receipt::find(const LogId& log) const {
    const auto found =
        std::lower_bound(heads.begin(), heads.end(), log,
                         [](const ReceiptHead& head, const LogId& id) { return head.log < id; });
    return found == heads.end() || found->log != log ? nullptr : &*found;
}

Bytes Receipt::signed_part() const {
    ENSURE(heads.size() <= heads_most);
    WireWriter out;
    out.u8(crypto::suite).fixed(node).fixed(administration).fixed(compartment);
    out.u64(roster_length.value).u64(erased.value).u64(time.value);
    out.u16(static_cast<std::uint16_t>(heads.size()));
    for (const ReceiptHead& head : heads) {
        out.fixed(head.log).u64(head.number.value).fixed(head.hash);
    }
    return out.take();
}

Bytes Receipt::encode() const {
    return WireWriter().raw(signed_part()).fixed(signature).take();
}

void Receipt::sign(const crypto::SigningKey& key) {
    signature = key.sign(crypto::domain::receipt, {signed_part()});
}

Result<Receipt> Receipt::decode(ByteView bytes) {
    WireReader in(bytes);
    if (!bytes.empty() && in.u8() != crypto::suite) {
        return Error{receipt_suite, "a receipt of suite " + std::to_string(bytes[0])};
    }
    Receipt out;
    out.node = in.fixed<NodeId>();
    out.administration = in.fixed<AdministrationId>();
    out.compartment = in.fixed<CompartmentId>();
    out.roster_length.value = in.u64();
    out.erased.value = in.u64();
    out.time.value = in.u64();
    const std::size_t count = in.u16();
    if (!in.ok() || count > heads_most || bytes.size() != fixed_size + count * head_size) {
        return Error{receipt_malformed,
                     "a receipt of " + std::to_string(bytes.size()) + " bytes is not as it says"};
    }
    if (out.erased > out.roster_length) {
        return Error{receipt_malformed, "a receipt for erasures that its maker did not know"};
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto log = in.fixed<LogId>();
        const CommitNumber number{in.u64()};
        const bool rises = out.heads.empty() || out.heads.back().log < log;
        if (!rises || number.value == 0) {
            return Error{receipt_malformed, "a receipt's logs do not rise, or one has no commit"};
        }
        out.heads.push_back({log, number, in.fixed<Hash>()});
    }
    out.signature = in.fixed<crypto::Signature>();
    return out;
}

Status Receipt::verify(const Roster& roster) const {
    if (administration != roster.administration()) {
        return Error{receipt_administration, "a receipt of another administration"};
    }
    const NodeCertificate* maker = roster.node(node);
    if (maker == nullptr && roster_length > roster.length()) {
        return Error{receipt_roster_ahead, "its maker is not known here yet"};
    }
    if (maker == nullptr) {
        return Error{receipt_unknown_node, "a receipt of a node without certificate"};
    }
    if (!crypto::verify(maker->identity.sign, crypto::domain::receipt, {signed_part()},
                        signature)) {
        return Error{receipt_signature, "a receipt that its node has not signed"};
    }
    if (roster.is_revoked(node)) {
        return Error{receipt_revoked, "a receipt of a revoked node"};
    }
    if (roster_length > roster.length()) {
        return Error{receipt_roster_ahead, "its maker knew a longer roster"};
    }
    if (roster.right(node, compartment, roster_length) < Right::relay) {
        return Error{receipt_no_right, "a receipt for a compartment that its node did not carry"};
    }
    return {};
}

}  // namespace entrepot::replication
