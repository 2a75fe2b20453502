// Desk: its officers' accounts, certificates and slots.
#include "node/desk/desk.hpp"
#include "node/desk/officer_desk.hpp"

namespace entrepot::node {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;
constexpr std::int64_t certificate_ms = 5 * 366 * day_ms;

}  // namespace

Status Desk::open_book() {
    TRY_ASSIGN(book_, OfficerBook::open(directory_.officers(), vault_.vault_key.duplicate()));
    if (book_->all().empty()) {  // a node made without one: who opens it is its first officer
        OfficerAccount first;
        first.officer = vault_.officer;
        first.name = vault_.officer_name;
        first.created = clock_.wall();
        first.certificate = vault_.officer_certificate;
        TRY(book_->put(first, entropy_));
    }
    if (auto acting = acting_of(*this, vault_)) {
        acting_ = *std::move(acting);
    }
    return {};
}

Status Desk::put_officer(const OfficerAccount& account) {
    return book_->put(account, entropy_);
}

Result<Bytes> Desk::certify(const replication::OfficerId& officer, const crypto::PublicKey& key,
                            std::uint16_t roles, std::optional<WallTime> until) const {
    TRY_ASSIGN(auto row, log_->link_row(LinkRow::keys));
    if (!row) {
        return Error{desk_not_enrolled, "this node has no keys"};
    }
    const auto relay = crypto::RelayKeys::from_secret(*row);
    crypto::wipe(*row);
    if (!relay) {
        return relay.error();
    }
    replication::OfficerCertificate out;
    out.officer = officer;
    out.node = relay->id();
    out.key = key;
    out.roles = roles;
    // A clock set back a little must not make his next signature one from before it.
    out.from = {clock_.wall().ms - day_ms};
    out.until = until.value_or(WallTime{clock_.wall().ms + certificate_ms});
    return replication::sign_officer(out, relay->sign());
}

unsigned Desk::free_slot() const {
    return entrepot::node::free_slot(directory_);
}

Status Desk::write_slot(unsigned number, ByteView sealed) const {
    return write_file(slot_file(directory_, number), sealed);
}

void Desk::destroy_slot(unsigned number) const {
    entrepot::node::destroy_slot(directory_, number);
}

}  // namespace entrepot::node
