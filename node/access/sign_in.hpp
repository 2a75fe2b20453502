// SignIns: the officers signed in at a running node. Each belongs to the account of the system
// (uid) that unlocked, has a token and ends when it was idle for too long. Kept in memory alone, in
// the worker's thread: it goes with the worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/clock.hpp"
#include "crypto/entropy.hpp"
#include "crypto/keybag.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::node {

inline constexpr ErrorCode access_not_signed_in{"access.not_signed_in", ErrorKind::locked};
inline constexpr ErrorCode access_token{"access.token", ErrorKind::denied};

/// An officer at work: who signs, and with what rights.
struct ActingOfficer {
    replication::OfficerId officer;
    std::string name;
    crypto::SigningKey key;
    std::uint16_t roles = 0;
    Bytes certificate;
    /// What a headquarters signs roster entries with; administrators alone.
    std::optional<crypto::SigningKey> roster_key;
    bool ended = false;  ///< he left or was reset: what he began is signed no more
};
using Acting = std::shared_ptr<ActingOfficer>;

class SignIns {
public:
    /// `idle_ms` 0: nobody's sign-in ends by itself. `clock` must outlive it.
    SignIns(const Clock& clock, std::int64_t idle_ms) : clock_(clock), idle_ms_(idle_ms) {}

    /// Signs in and gives the token. Of several of one uid the newest is the one without a token.
    std::string add(unsigned uid, Acting officer, crypto::Entropy& entropy);
    /// For an unattended node: acts for this uid while nobody of it is signed in; never idle.
    void set_unattended(unsigned uid, Acting officer);
    /// Whose call this is; the call counts as activity. access.token for a token that is not of
    /// this uid, access.not_signed_in when nobody of it is signed in.
    Result<Acting> acting(unsigned uid, std::string_view token);
    /// The same without counting as activity; null when it is nobody's.
    Acting peek(unsigned uid, std::string_view token) const;
    /// False when the token is none of this uid's.
    bool end(unsigned uid, std::string_view token);
    void end_all_of(const replication::OfficerId& officer);
    /// Of one officer who stays signed in: new roles from the next call on.
    std::vector<Acting> all_of(const replication::OfficerId& officer) const;
    /// Ends those idle for too long.
    void expire();
    bool empty() const { return signed_in_.empty() && !unattended_; }
    std::size_t count() const { return signed_in_.size(); }

private:
    struct SignIn {
        unsigned uid = 0;
        std::string token;
        Acting officer;
        SteadyTime active;
    };
    const SignIn* find(unsigned uid, std::string_view token) const;

    const Clock& clock_;
    std::int64_t idle_ms_;
    std::vector<SignIn> signed_in_;
    std::optional<SignIn> unattended_;
};

}  // namespace entrepot::node
