#include "node/journal/officer_check.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

using replication::Assignment;
using replication::Attestation;
using replication::OfficerSignature;
using replication::ParsedCommit;

Status verify(const ParsedCommit& commit, const Attestation& attestation,
              const OfficerSignature& signature, const LogOfficers& known) {
    const auto found = known.find(signature.officer);
    if (found == known.end()) {
        return Error{officer_unknown, "an officer whom this log has not introduced"};
    }
    if (!found->second.is_in_force(commit.header.time.wall())) {
        return Error{officer_expired, "signed outside of the time of the officer's certificate"};
    }
    if (!replication::verify_officer(commit, attestation, signature, found->second.key)) {
        return Error{officer_attestation, "a signature that is not this officer's"};
    }
    return {};
}

/// The assignment of a plain field; null when the change does not assign it.
const Assignment* find_assignment(const replication::Change& change, std::string_view path) {
    const auto found = std::lower_bound(
        change.assignments.begin(), change.assignments.end(), path,
        [](const Assignment& held, std::string_view wanted) { return held.path < wanted; });
    return found != change.assignments.end() && found->path == path ? &*found : nullptr;
}

/// The bits of roles of which the value takes one; 0: none.
std::uint16_t roles_for(const Field& field, const replication::Value& value) {
    const auto* code = std::get_if<replication::CodeValue>(&value);
    const auto found = code == nullptr ? field.roles.end() : field.roles.find(code->code);
    return found == field.roles.end() ? std::uint16_t{0} : found->second;
}

}  // namespace

Result<Attested> check_officers(const ParsedCommit& commit, const Result<Attestation>& attestation,
                                const crypto::PublicKey& writer, LogOfficers& known) {
    if (!attestation) {
        return attestation.error();
    }
    Attested out;
    LogOfficers learnt = known;
    for (const Bytes& bytes : attestation->certificates) {
        TRY_ASSIGN(const auto certificate, replication::decode_officer(bytes, writer));
        learnt[certificate.officer] = certificate;
        out.has_news = true;
    }
    for (const OfficerSignature& signature : attestation->signatures) {
        TRY(verify(commit, *attestation, signature, learnt));
        out.officers.push_back(signature.officer);
        out.roles |= learnt.at(signature.officer).roles;
    }
    known = std::move(learnt);
    return out;
}

Status check_roles(const Catalogue& catalogue, const replication::Change& change,
                   const Attested& by) {
    const auto schema = catalogue.schema(change.database);
    if (by.officers.empty() && !(schema && (*schema)->by_node)) {
        return Error{officer_missing, "a change that no officer signed"};
    }
    if (!schema) {
        return {};
    }
    for (const std::size_t place : (*schema)->role_fields) {
        const Field& field = (*schema)->fields[place];
        const Assignment* assigned = find_assignment(change, field.name);
        const std::uint16_t wanted = assigned ? roles_for(field, assigned->value) : 0;
        if (wanted != 0 && (wanted & by.roles) == 0) {
            return Error{officer_role, "'" + field.name + "' takes another role for this value"};
        }
    }
    return {};
}

}  // namespace entrepot::node
