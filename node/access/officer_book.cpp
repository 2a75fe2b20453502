#include "node/access/officer_book.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "node/access/node_directory.hpp"
#include "node/access/vault.hpp"
#include "node/store/sealed_rows.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t file_limit = 4 * 1024 * 1024;
/// No table of the views has this place, so that no row of theirs opens as the book.
constexpr std::uint8_t book_table = 255;
constexpr std::uint64_t book_row = 1;

Bytes encode(const std::vector<OfficerAccount>& accounts) {
    WireWriter out;
    out.u32(static_cast<std::uint32_t>(accounts.size()));
    for (const OfficerAccount& account : accounts) {
        out.fixed(account.officer).sized8(as_bytes(account.name)).u32(account.slot);
        out.u8(account.left ? 1 : 0).u64(static_cast<std::uint64_t>(account.created.ms));
        out.sized8(account.certificate);
    }
    return out.take();
}

Result<std::vector<OfficerAccount>> decode(ByteView plain) {
    WireReader in(plain);
    std::vector<OfficerAccount> out;
    for (std::uint32_t count = in.u32(); count > 0 && in.ok(); --count) {
        OfficerAccount account;
        account.officer = in.fixed<replication::OfficerId>();
        account.name = as_text(in.sized8(officer_name_limit));
        account.slot = in.u32();
        account.left = in.u8() == 1;
        account.created.ms = static_cast<std::int64_t>(in.u64());
        const ByteView certificate = in.sized8();
        account.certificate.assign(certificate.begin(), certificate.end());
        if (in.ok()) {
            TRY(replication::read_officer(certificate));
        }
        out.push_back(std::move(account));
    }
    TRY(in.finish("officers"));
    return out;
}

Error damaged(const std::filesystem::path& file, const std::string& why) {
    return {book_damaged, file.string() + " does not open with this node's vault key (" + why +
                              "); put it back from a backup"};
}

}  // namespace

replication::OfficerCertificate OfficerAccount::certified() const {
    const auto read = replication::read_officer(certificate);
    ENSURE(read.has_value());  // made here, or checked when the book was read
    return *read;
}

Result<OfficerBook> OfficerBook::open(std::filesystem::path file, crypto::Secret vault_key) {
    OfficerBook out(std::move(file), std::move(vault_key));
    std::error_code ignored;
    if (!std::filesystem::exists(out.file_, ignored)) {
        return out;
    }
    TRY_ASSIGN(const Bytes sealed, read_file(out.file_, file_limit));
    const SealedRows rows(out.key_.duplicate(), crypto::domain::vault_row);
    const auto plain = rows.open(book_table, book_row, sealed);
    if (!plain) {
        return damaged(out.file_, plain.error().context);
    }
    auto accounts = decode(*plain);
    if (!accounts) {
        return damaged(out.file_, accounts.error().context);
    }
    out.accounts_ = *std::move(accounts);
    return out;
}

const OfficerAccount* OfficerBook::find(const replication::OfficerId& officer) const {
    const auto found =
        std::find_if(accounts_.begin(), accounts_.end(),
                     [&](const OfficerAccount& account) { return account.officer == officer; });
    return found == accounts_.end() ? nullptr : &*found;
}

const OfficerAccount* OfficerBook::find_active(std::string_view name) const {
    const auto found = std::find_if(
        accounts_.begin(), accounts_.end(),
        [&](const OfficerAccount& account) { return !account.left && account.name == name; });
    return found == accounts_.end() ? nullptr : &*found;
}

std::size_t OfficerBook::administrators() const {
    return static_cast<std::size_t>(
        std::count_if(accounts_.begin(), accounts_.end(), [](const OfficerAccount& account) {
            return account.has(replication::OfficerRole::administrator);
        }));
}

Status OfficerBook::put(const OfficerAccount& account, crypto::Entropy& entropy) {
    std::vector<OfficerAccount> next = accounts_;
    const auto held = std::find_if(next.begin(), next.end(), [&](const OfficerAccount& one) {
        return one.officer == account.officer;
    });
    if (held == next.end()) {
        next.push_back(account);
    } else {
        *held = account;
    }
    const SealedRows rows(key_.duplicate(), crypto::domain::vault_row);
    TRY(write_file(file_, rows.seal(book_table, book_row, encode(next), entropy)));
    accounts_ = std::move(next);
    return {};
}

}  // namespace entrepot::node
