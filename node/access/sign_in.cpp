#include "node/access/sign_in.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

constexpr std::size_t token_size = 32;

bool same(std::string_view a, std::string_view b) {
    return equal(as_bytes(a), as_bytes(b));
}

}  // namespace

std::string SignIns::add(unsigned uid, Acting officer, crypto::Entropy& entropy) {
    std::string token = to_base32(entropy.secret(token_size).view());
    signed_in_.push_back({uid, token, std::move(officer), clock_.steady()});
    return token;
}

void SignIns::set_unattended(unsigned uid, Acting officer) {
    unattended_ = SignIn{uid, "", std::move(officer), {}};
}

const SignIns::SignIn* SignIns::find(unsigned uid, std::string_view token) const {
    const auto found = std::find_if(signed_in_.rbegin(), signed_in_.rend(), [&](const SignIn& one) {
        return one.uid == uid && (token.empty() || same(one.token, token));
    });
    if (found != signed_in_.rend()) {
        return &*found;
    }
    const bool unattended =
        token.empty() && unattended_ && unattended_->uid == uid && !unattended_->officer->ended;
    return unattended ? &*unattended_ : nullptr;
}

Acting SignIns::peek(unsigned uid, std::string_view token) const {
    const SignIn* found = find(uid, token);
    return found == nullptr ? nullptr : found->officer;
}

Result<Acting> SignIns::acting(unsigned uid, std::string_view token) {
    expire();
    const SignIn* found = find(uid, token);
    if (found == nullptr && !token.empty()) {
        return Error{access_token, "that sign-in has ended; unlock again"};
    }
    if (found == nullptr) {
        return Error{access_not_signed_in,
                     "no officer is signed in for this account; 'entrepot unlock --officer NAME'"};
    }
    const_cast<SignIn*>(found)->active = clock_.steady();
    return found->officer;
}

bool SignIns::end(unsigned uid, std::string_view token) {
    const auto found = std::find_if(signed_in_.rbegin(), signed_in_.rend(), [&](const SignIn& one) {
        return one.uid == uid && (token.empty() || same(one.token, token));
    });
    if (found == signed_in_.rend()) {
        return false;
    }
    signed_in_.erase(std::next(found).base());
    return true;
}

void SignIns::end_all_of(const replication::OfficerId& officer) {
    for (const Acting& acting : all_of(officer)) {
        acting->ended = true;
    }
    std::erase_if(signed_in_, [&](const SignIn& one) { return one.officer->officer == officer; });
}

std::vector<Acting> SignIns::all_of(const replication::OfficerId& officer) const {
    std::vector<Acting> out;
    for (const SignIn& one : signed_in_) {
        if (one.officer->officer == officer) {
            out.push_back(one.officer);
        }
    }
    if (unattended_ && unattended_->officer->officer == officer) {
        out.push_back(unattended_->officer);
    }
    return out;
}

void SignIns::expire() {
    if (idle_ms_ > 0) {
        const std::int64_t now = clock_.steady().ms;
        std::erase_if(signed_in_,
                      [&](const SignIn& one) { return now - one.active.ms >= idle_ms_; });
    }
}

}  // namespace entrepot::node
