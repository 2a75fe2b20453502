// AdministrationDirectory: the off-line folder of those who hold an administration's root keys:
// sealed key files (root-1.key …, recovery.key), the roster as far as they have it (roster.epr) and
// a note with its fingerprint (administration.json). Not needed by any node; kept on a medium in a
// safe. Holds no compartment key: the recovery key opens them together with the roster.
#pragma once

#include <string>

#include "node/access/vault.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode administration_exists{"administration.exists", ErrorKind::invalid_input};
inline constexpr ErrorCode administration_missing{"administration.missing", ErrorKind::not_found};
inline constexpr ErrorCode administration_roots{"administration.roots", ErrorKind::invalid_input};
inline constexpr ErrorCode administration_name{"administration.name", ErrorKind::invalid_input};
inline constexpr ErrorCode administration_note{"administration.note", ErrorKind::refused};
inline constexpr ErrorCode administration_key{"administration.key", ErrorKind::refused};
inline constexpr ErrorCode administration_kind{"administration.kind", ErrorKind::invalid_input};

/// What a new administration is to be.
struct AdministrationWish {
    std::string country;
    std::string name;        ///< 1…80 bytes
    unsigned roots = 1;      ///< 1…16
    unsigned threshold = 1;  ///< 1…roots
};

class AdministrationDirectory {
public:
    /// Makes root keys, recovery key and genesis; seals the keys by passphrase or by service key.
    /// settings.country, administration.name, administration.roots, vault.weak_passphrase,
    /// vault.no_credential; administration.exists unless the folder is absent or empty.
    static Result<AdministrationDirectory> create(const std::filesystem::path& path,
                                                  const AdministrationWish& wish,
                                                  const Credential& credential, const Clock& clock,
                                                  crypto::Entropy& entropy);
    /// administration.missing when there is none, administration.note when the note cannot be read;
    /// roster codes when roster.epr is not right.
    static Result<AdministrationDirectory> open(const std::filesystem::path& path);

    const replication::Roster& roster() const { return roster_; }
    std::filesystem::path roster_file() const { return path_ / "roster.epr"; }
    std::filesystem::path root_key(unsigned number) const;
    std::filesystem::path recovery_key() const { return path_ / "recovery.key"; }

    /// Takes in a roster file that goes on from this one; gives how many entries it added.
    Result<std::size_t> follow(ByteView roster_file);
    /// Certifies a headquarters with as many root keys as the threshold wants, and keeps the longer
    /// roster. administration.kind for another kind of node; keybag codes for a wrong credential;
    /// administration.key for a key file that is not this administration's.
    Status certify(const replication::EnrolmentRequest& request, const Credential& credential,
                   const Clock& clock, crypto::Entropy& entropy);

private:
    explicit AdministrationDirectory(std::filesystem::path path) : path_(std::move(path)) {}
    Status keep_roster() const;
    Result<std::vector<crypto::SigningKey>> open_roots(const Credential& credential) const;

    std::filesystem::path path_;
    replication::Roster roster_;
};

}  // namespace entrepot::node
