// CommitBuilder: seals packed changes into one commit of a log. Leaves the node's signature zero:
// only the holder of the signing key puts it there (sign_commit).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "replication/log/commit.hpp"

namespace entrepot::replication {

inline constexpr std::size_t purpose_limit = 256;
inline constexpr std::size_t officer_limit = 3;
inline constexpr std::size_t certificate_limit = 4096;  ///< bytes of an officer's certificate

/// Where the commit stands: everything of its header that is known before sealing.
struct CommitPlace {
    LogId log;
    CommitNumber number;
    Hash previous;
    HybridTime time;
    RosterLength roster_length;
    Generation generation;
};

/// An officer who signs; `certificate` goes along in the first commit of a log he signs in. Without
/// a key he does not sign, and only his certificate goes along: his roles ended or changed.
struct SigningOfficer {
    OfficerId officer;
    const crypto::SigningKey* key = nullptr;
    ByteView certificate;
};

class CommitBuilder {
public:
    /// `compartment_key` (32 bytes) is K[compartment, generation] and must outlive the builder.
    CommitBuilder(const CommitPlace& place, const crypto::Secret& compartment_key,
                  crypto::Entropy& entropy);

    /// Whether one more packed change of this size fits the limits (256 changes, commit_close_at).
    bool has_room_for(std::size_t packed_size) const;
    /// Seals one packed change (Packing::pack); at most sealed_change_limit - 16 bytes.
    void add(ByteView packed);
    std::size_t change_count() const { return keys_.size(); }

    /// The commit, its signature zero. At least one change; at most three officers, purpose ≤ 256
    /// bytes.
    Bytes finish(std::span<const SigningOfficer> officers, std::string_view purpose,
                 std::span<const BlobId> blobs = {});

private:
    CommitPlace place_;
    CommitSalt salt_;
    crypto::Secret commit_key_;
    std::vector<Hash> keys_;    // H("key" ‖ K_i) of the changes
    std::vector<Hash> leaves_;  // of the changes
    Bytes body_;                // sealed changes with their lengths
};

/// K_commit of 2-format; `compartment_key` must have 32 bytes.
crypto::Secret commit_key(const crypto::Secret& compartment_key, const CommitHeader& header);

/// Puts the node's signature into an unsigned commit.
void sign_commit(MutableByteView commit, const crypto::SigningKey& node);

}  // namespace entrepot::replication
