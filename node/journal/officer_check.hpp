// Officer check: which officers stand behind an opened commit, and whether they may say what it
// says. It follows from the log up to that commit, the writer's certificate and the schemas, and
// from nothing else: no clock and no other log is asked, so every node decides alike and what is
// excluded here is excluded everywhere, for ever. SCHEMAS.md says how a schema asks for a role.
//
// Does not say that an officer was at the keyboard: whoever has a node's keys and an officer's can
// sign as him, and date the commit as he likes.
#pragma once

#include "node/access/rights.hpp"
#include "node/databases/catalogue.hpp"
#include "node/store/view_store.hpp"
#include "replication/log/commit_opener.hpp"

namespace entrepot::node {

/// No officer signed a change that needs one.
inline constexpr ErrorCode officer_missing{"officer.missing", ErrorKind::refused};
/// An officer signed whom this log has not introduced.
inline constexpr ErrorCode officer_unknown{"officer.unknown", ErrorKind::refused};
/// The commit's own time is outside of the certificate's.
inline constexpr ErrorCode officer_expired{"officer.expired", ErrorKind::refused};
/// The signature is not this officer's over this commit.
inline constexpr ErrorCode officer_attestation{"officer.attestation", ErrorKind::refused};

/// Who stands behind a commit.
struct Attested {
    std::vector<replication::OfficerId> officers;  ///< none: the node by itself
    std::uint16_t roles = 0;                       ///< of all of them together
    bool has_news = false;                         ///< `known` was changed
};

/// Takes the certificates that the commit brings into `known`, then verifies each signature by what
/// is known. On an error the content of the whole commit is excluded and `known` stays as it was:
/// commit.attestation, officer.malformed, officer.signature (a certificate that `writer` did not
/// sign), officer.unknown, officer.expired, officer.attestation.
Result<Attested> check_officers(const replication::ParsedCommit& commit,
                                const Result<replication::Attestation>& attestation,
                                const crypto::PublicKey& writer, LogOfficers& known);

/// officer.missing without an officer where the schema wants one, officer.role when none of them
/// has the role that a value calls for. A database unknown here wants an officer and no role.
Status check_roles(const Catalogue& catalogue, const replication::Change& change,
                   const Attested& by);

}  // namespace entrepot::node
