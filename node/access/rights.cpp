#include "node/access/rights.hpp"

namespace entrepot::node {
namespace {

using replication::bit_of;
using replication::OfficerRole;

constexpr std::uint16_t entry = bit_of(OfficerRole::entry);
constexpr std::uint16_t supervisor = bit_of(OfficerRole::supervisor);
constexpr std::uint16_t analyst = bit_of(OfficerRole::analyst);
constexpr std::uint16_t release = bit_of(OfficerRole::release);
constexpr std::uint16_t administrator = bit_of(OfficerRole::administrator);
constexpr std::uint16_t auditor = bit_of(OfficerRole::auditor);

/// 0: every officer.
std::uint16_t roles_of(Duty duty) {
    switch (duty) {
        case Duty::own:
            return 0;
        case Duty::read:
            return entry | supervisor | analyst | release;
        case Duty::capture:
            return entry | supervisor;
        case Duty::resolve:
            return supervisor;
        case Duty::administer:
            return administrator;
        case Duty::release:
            return release;
        case Duty::verify:
            return supervisor | administrator | auditor;
        case Duty::audit:
            break;
    }
    return auditor;
}

}  // namespace

std::string role_names(std::uint16_t roles) {
    std::string out;
    for (const OfficerRole role : replication::all_officer_roles) {
        if ((roles & bit_of(role)) != 0) {
            out += (out.empty() ? "" : ", ") + std::string(replication::name_of(role));
        }
    }
    return out;
}

Status check_duty(std::uint16_t roles, Duty duty) {
    const std::uint16_t wanted = roles_of(duty);
    if (wanted != 0 && (roles & wanted) == 0) {
        return Error{officer_role, "this takes the role " + role_names(wanted) + "; you have " +
                                       (roles == 0 ? "none" : role_names(roles))};
    }
    return {};
}

}  // namespace entrepot::node
