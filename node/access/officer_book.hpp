// OfficerBook: the accounts of a node's officers: one file, sealed under the vault key, written
// whole. It says who an officer is, which roles he has, which slot is his and whether he left;
// slots hold keys alone. Who can open the vault can read it; STORE.md gives the bytes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/base/clock.hpp"
#include "crypto/entropy.hpp"
#include "replication/roster/officer_certificate.hpp"

namespace entrepot::node {

inline constexpr ErrorCode book_damaged{"officer.book_damaged", ErrorKind::storage};

struct OfficerAccount {
    replication::OfficerId officer;
    std::string name;   ///< 1…80 bytes
    unsigned slot = 0;  ///< number of the slot's file; 0: none
    bool left = false;  ///< he has no slot any more, and his certificate ended
    WallTime created;
    Bytes certificate;  ///< the newest one, signed by the node

    replication::OfficerCertificate certified() const;
    std::uint16_t roles() const { return certified().roles; }
    bool has(replication::OfficerRole role) const {
        return !left && (roles() & replication::bit_of(role)) != 0;
    }
};

class OfficerBook {
public:
    /// Empty when there is no file; officer.book_damaged when it does not open with this key.
    static Result<OfficerBook> open(std::filesystem::path file, crypto::Secret vault_key);

    /// In order of creation, those who left too.
    const std::vector<OfficerAccount>& all() const { return accounts_; }
    const OfficerAccount* find(const replication::OfficerId& officer) const;
    /// Of those who have not left: no two have one name.
    const OfficerAccount* find_active(std::string_view name) const;
    std::size_t administrators() const;
    /// Adds or replaces an account; durable when it returns, else nothing changed.
    Status put(const OfficerAccount& account, crypto::Entropy& entropy);

private:
    OfficerBook(std::filesystem::path file, crypto::Secret key)
        : file_(std::move(file)), key_(std::move(key)) {}
    std::filesystem::path file_;
    crypto::Secret key_;
    std::vector<OfficerAccount> accounts_;
};

}  // namespace entrepot::node
