// EntryDraft: a roster entry that the root keys have yet to sign, as a file that is carried from
// holder to holder: each adds one signature, and whoever has enough appends it. ROSTER.md gives the
// bytes. Holds nothing secret. What it says of the roster it goes on from (administration, root
// keys in force) is told, not proven: a signature binds to the entry before by its hash, and
// apply() judges by the roster itself.
#pragma once

#include "replication/roster/roster.hpp"

namespace entrepot::node {

inline constexpr ErrorCode draft_malformed{"draft.malformed", ErrorKind::refused};
inline constexpr ErrorCode draft_not_root{"draft.not_root", ErrorKind::refused};
inline constexpr ErrorCode draft_not_holder{"draft.not_holder", ErrorKind::denied};
inline constexpr ErrorCode draft_signed_twice{"draft.signed_twice", ErrorKind::conflict};
inline constexpr ErrorCode draft_signature{"draft.signature", ErrorKind::refused};
inline constexpr ErrorCode draft_too_few{"draft.too_few", ErrorKind::denied};
inline constexpr ErrorCode draft_stale{"draft.stale", ErrorKind::conflict};
inline constexpr ErrorCode draft_other_administration{"draft.other_administration",
                                                      ErrorKind::refused};
inline constexpr ErrorCode draft_differs{"draft.differs", ErrorKind::refused};

class EntryDraft {
public:
    /// The next entry of this roster, signed by nobody yet; the content is for the roots to sign.
    static EntryDraft make(const replication::Roster& roster, replication::HybridTime time,
                           replication::EntryContent content);
    /// The first entry of an outer roster, signed by the root keys that it names.
    static EntryDraft make_outer(const replication::Roster& home, replication::HybridTime time,
                                 replication::OuterGenesis content);
    /// draft.malformed for other bytes than encode() gives; draft.not_root for an entry that root
    /// keys do not sign; draft.signature when a signature in it is wrong; draft.not_holder when one
    /// is of a key that does not sign here.
    static Result<EntryDraft> decode(ByteView bytes);
    Bytes encode() const;

    const replication::RosterEntry& entry() const { return entry_; }
    /// Of the roster that it continues; zero for the first entry of an outer one.
    const replication::AdministrationId& administration() const { return administration_; }
    const std::string& country() const { return country_; }
    const Hash& fingerprint() const { return fingerprint_; }
    /// Root keys in force.
    const replication::RootChange& roots() const { return roots_; }
    /// Root keys that a change of them brings: each signs for itself.
    std::vector<crypto::PublicKey> joining() const;
    /// How many signatures of root keys in force are there.
    std::size_t signed_by_roots() const;
    /// Signatures still wanted: of root keys in force, and of joining ones.
    std::size_t wanted() const;

    /// Adds one signature. draft.not_holder: the key is no root key of that administration and does
    /// not join; draft.signed_twice: it has signed.
    Status sign(const crypto::SigningKey& key);
    /// Takes in the signatures of another copy; draft.differs when it is another entry.
    Status merge(const EntryDraft& other);
    /// The entry for this roster. draft.other_administration, draft.stale (the roster has moved
    /// on: make the draft again), draft.too_few.
    Result<Bytes> entry_for(const replication::Roster& roster) const;

private:
    EntryDraft() = default;
    bool may_sign(const crypto::PublicKey& key) const;
    bool has_signed(const crypto::PublicKey& key) const;
    Status check() const;

    replication::AdministrationId administration_;
    std::string country_;
    Hash fingerprint_;
    replication::RootChange roots_;
    replication::RosterEntry entry_;
};

/// What the entry does, for the person who is to sign: one or more lines.
std::vector<std::string> describe_entry(const replication::RosterEntry& entry,
                                        const replication::RootChange& roots);

}  // namespace entrepot::node
