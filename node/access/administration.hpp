// AdministrationDirectory: the off-line folder of those who hold an administration's root keys:
// sealed key files (root-1.key …, recovery.key), the roster as far as they have it (roster.epr),
// the outer rosters shared with partners (outer-GE.epr …) and a note with its fingerprint
// (administration.json). Not needed by any node; kept on a medium in a
// safe. Key files may be moved to other holders: what root keys sign is then carried to them as a
// draft (entry_draft.hpp). Holds no compartment key: the recovery key opens them together with the
// roster.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "node/roots/entry_draft.hpp"
#include "node/roots/root_key.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode administration_exists{"administration.exists", ErrorKind::invalid_input};
inline constexpr ErrorCode administration_missing{"administration.missing", ErrorKind::not_found};
inline constexpr ErrorCode administration_roots{"administration.roots", ErrorKind::invalid_input};
inline constexpr ErrorCode administration_name{"administration.name", ErrorKind::invalid_input};
inline constexpr ErrorCode administration_note{"administration.note", ErrorKind::refused};
inline constexpr ErrorCode administration_kind{"administration.kind", ErrorKind::invalid_input};

/// What a new administration is to be.
struct AdministrationWish {
    std::string country;
    std::string name;        ///< 1…80 bytes
    unsigned roots = 3;      ///< 1…16
    unsigned threshold = 2;  ///< 1…roots
};

class AdministrationDirectory {
public:
    /// Makes root keys, recovery key and genesis. Each key is sealed by a credential of its own:
    /// one for each root key, then one for the recovery key; or one for all, when one is given.
    /// settings.country, administration.name, administration.roots (also for another count of
    /// credentials), vault.weak_passphrase, vault.no_credential; administration.exists unless the
    /// folder is absent or empty.
    static Result<AdministrationDirectory> create(const std::filesystem::path& path,
                                                  const AdministrationWish& wish,
                                                  std::span<const Credential> credentials,
                                                  const Clock& clock, crypto::Entropy& entropy);
    /// administration.missing when there is none, administration.note when the note cannot be read;
    /// roster codes when roster.epr is not right.
    static Result<AdministrationDirectory> open(const std::filesystem::path& path);

    const replication::Roster& roster() const { return roster_; }
    std::filesystem::path roster_file() const { return path_ / "roster.epr"; }
    /// Our outer roster for that partner, as far as it has come; empty at first.
    /// roster.fingerprint when it was begun by root keys that never were this administration's.
    Result<replication::Roster> outer_roster(const std::string& country) const;
    std::filesystem::path outer_file(const std::string& country) const {
        return path_ / ("outer-" + country + ".epr");
    }
    std::filesystem::path root_key(unsigned number) const;
    std::filesystem::path recovery_key() const { return path_ / "recovery.key"; }

    /// Takes in a roster file that goes on from this one; gives how many entries it added.
    Result<std::size_t> follow(ByteView roster_file);
    /// The certificate of a headquarters, for the root keys to sign; administration.kind for
    /// another kind of node.
    Result<EntryDraft> draft_certificate(const replication::EnrolmentRequest& request,
                                         const Clock& clock, crypto::Entropy& entropy) const;
    /// That audits are sealed to this key from then on, for the root keys to sign.
    EntryDraft draft_auditor(const crypto::BoxPublicKey& auditor, const Clock& clock) const;
    /// Adds the signatures of root keys here that this credential opens, until there are enough.
    /// When there are not: administration.key, or the code of a key file that did not open.
    Status sign_here(EntryDraft& draft, const Credential& credential) const;
    /// Whose outer roster the draft begins or continues; empty for one of the inner roster.
    /// draft.other_administration when it is none of these.
    Result<std::string> outer_country(const EntryDraft& draft) const;
    /// Appends a draft with enough signatures to the roster that it continues, or begins an outer
    /// one, and keeps it; see EntryDraft::entry_for, and the codes of Roster::append. partner.roots
    /// for an outer one whose root keys are then others than those in force here.
    Status apply(const EntryDraft& draft);
    /// Appends settlements of these losing entries to the branch that counts, the inner roster or
    /// an outer one of ours, and keeps it, where one credential opens enough root keys here: all of
    /// them or none. Gives the settled one. administration.key, the codes of Roster::append.
    Result<replication::Roster> settle(const replication::Roster& counts,
                                       replication::RosterLength common,
                                       std::span<const Bytes> losing, const Credential& credential,
                                       const Clock& clock);
    /// All three at once, where one credential opens enough root keys.
    Status certify(const replication::EnrolmentRequest& request, const Credential& credential,
                   const Clock& clock, crypto::Entropy& entropy);

private:
    explicit AdministrationDirectory(std::filesystem::path path) : path_(std::move(path)) {}
    Status keep_roster() const;
    Status apply_outer(const EntryDraft& draft);
    std::vector<std::filesystem::path> root_keys() const;

    std::filesystem::path path_;
    replication::Roster roster_;
};

}  // namespace entrepot::node
