// Views: what each log has said of its node's officers. One row a log, written when a commit brings
// a certificate; all of them stand in memory.
#include "node/store/view_tables.hpp"

namespace entrepot::node {
namespace {

using namespace views;
using replication::LogId;
using replication::OfficerCertificate;

Bytes encode_row(const LogId& log, const LogOfficers& officers) {
    WireWriter out;
    out.fixed(log).u32(static_cast<std::uint32_t>(officers.size()));
    for (const auto& [id, certificate] : officers) {
        out.raw(replication::encode_officer(certificate));
    }
    return out.take();
}

Result<std::pair<LogId, LogOfficers>> decode_row(ByteView plain) {
    WireReader reader(plain);
    std::pair<LogId, LogOfficers> out;
    out.first = reader.fixed<LogId>();
    for (std::uint32_t count = reader.u32(); count > 0 && reader.ok(); --count) {
        const ByteView bytes = reader.raw(OfficerCertificate::wire_size);
        TRY_ASSIGN(const auto certificate, replication::read_officer(bytes));
        out.second[certificate.officer] = certificate;
    }
    TRY(reader.finish("officers of a log"));
    return out;
}

}  // namespace

const LogOfficers& ViewStore::officers(const LogId& log) const {
    static const LogOfficers none;
    const auto found = officers_.find(log);
    return found == officers_.end() ? none : found->second.second;
}

Status ViewStore::keep_officers(const LogId& log, LogOfficers officers) {
    TRY_ASSIGN(const Transaction* transaction, batch());
    const auto found = officers_.find(log);
    const std::uint64_t row = found == officers_.end() ? officers_.size() + 1 : found->second.first;
    const Bytes sealed =
        rows_.seal(domain_of(officers_table), row, encode_row(log, officers), entropy_);
    TRY_ASSIGN(const auto held, transaction->get(officers_table, row));
    TRY(held ? change_row(officers_table, number_key(row),
                          marks_.mark(officers_table, number_key(row), *held), sealed)
             : add_row(officers_table, number_key(row), sealed, PutMode::set));
    officers_[log] = {row, std::move(officers)};
    ++unflushed_;
    return {};
}

Status ViewStore::read_officers() {
    TRY_ASSIGN(const Transaction transaction, environment_->read());
    officers_.clear();
    Status failed;
    TRY(transaction.scan(officers_table, 0, [&](std::uint64_t row, ByteView sealed) {
        auto plain = rows_.open(domain_of(officers_table), row, sealed);
        auto read = plain ? decode_row(*plain)
                          : Result<std::pair<LogId, LogOfficers>>(std::move(plain).error());
        if (!read) {
            failed = std::move(read).error();
            return false;
        }
        officers_[read->first] = {row, std::move(read->second)};
        return true;
    }));
    return failed;
}

}  // namespace entrepot::node
