#include "replication/log/admission.hpp"

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {
namespace {

std::string numbered(const ParsedCommit& commit) {
    return "commit " + std::to_string(commit.header.number.value);
}

bool is_next(const ParsedCommit& commit, const LogStanding& log) {
    return commit.header.number == log.tip.next();
}

bool is_held_number(const ParsedCommit& commit, const LogStanding& log) {
    return commit.header.number <= log.tip;
}

/// Chain and roster length against the tip; only the next commit can be compared.
Status check_chain(const ParsedCommit& commit, const LogStanding& log) {
    if (!is_next(commit, log)) {
        return {};
    }
    if (commit.header.previous != log.tip_hash) {
        return Error{admission_chain, numbered(commit) + " does not follow the one held"};
    }
    if (commit.header.roster_length < log.tip_roster_length) {
        return Error{admission_roster_falls,
                     numbered(commit) + " knows a shorter roster than the one before"};
    }
    return {};
}

/// What the roster says of the moment the author names, when that moment is known here.
Status check_right(const ParsedCommit& commit, const LogDescriptor& log, const Roster& roster) {
    const CommitHeader& header = commit.header;
    if (roster.right(log.node, log.compartment, header.roster_length) != Right::write) {
        return Error{admission_no_right, numbered(commit) + " by a node that may not write there"};
    }
    if (!roster.is_generation(log.compartment, header.generation, header.roster_length)) {
        return Error{admission_generation, numbered(commit) + " is sealed under generation " +
                                               std::to_string(header.generation.value)};
    }
    return {};
}

Status check_cut(const ParsedCommit& commit, const Hash& hash, const std::optional<Cut>& cut) {
    if (cut && commit.header.number == cut->number && hash != cut->hash) {
        return Error{admission_chain, numbered(commit) + " is not the one its log is cut at"};
    }
    return {};
}

Status verify_bytes(const ParsedCommit& commit, const NodeCertificate& writer,
                    const Roster& roster) {
    TRY(verify_root(commit));
    TRY(verify_signature(commit, writer.identity.sign));
    ChangePlace place{commit.header.log, commit.header.number, 0};
    for (const SealedChange& change : commit.changes) {
        ++place.change;
        if (change.erased && !roster.is_erased(place)) {
            return Error{admission_incomplete,
                         numbered(commit) + " lacks a change that no roster entry erased"};
        }
    }
    return {};
}

}  // namespace

std::optional<Cut> end_of(const LogDescriptor& log, const LogId& id, const Roster& roster) {
    if (const auto cut = roster.cut_of(log)) {
        return cut;
    }
    if (roster.right(log.node, log.compartment) != Right::write) {
        return Cut{id, {}, {}};
    }
    return std::nullopt;
}

Result<Admission> admit(const ParsedCommit& commit, const LogStanding& log, const Roster& roster) {
    const CommitHeader& header = commit.header;
    if (header.log != log.descriptor.id()) {
        return Error{admission_log_id, numbered(commit) + " of another log than announced"};
    }
    const Hash hash = commit_hash(commit.bytes);
    ENSURE(!is_held_number(commit, log) || log.held_hash);
    if (is_held_number(commit, log) && *log.held_hash == hash) {
        return Admission::duplicate;
    }
    TRY(check_chain(commit, log));
    const bool is_roster_ahead = header.roster_length > roster.length();
    const NodeCertificate* writer = roster.writer(log.descriptor.node);
    if (writer == nullptr && is_roster_ahead) {
        return Admission::roster_ahead;
    }
    if (writer == nullptr) {
        return Error{admission_unknown_writer, numbered(commit) + " by a node without certificate"};
    }
    if (!is_roster_ahead) {
        TRY(check_right(commit, log.descriptor, roster));
    }
    const auto cut = end_of(log.descriptor, header.log, roster);
    TRY(check_cut(commit, hash, cut));
    TRY(verify_bytes(commit, *writer, roster));
    if (is_held_number(commit, log)) {
        return Admission::fork;
    }
    if (is_roster_ahead) {
        return Admission::roster_ahead;
    }
    if (cut && header.number > cut->number) {
        return Admission::beyond_cut;
    }
    return is_next(commit, log) ? Admission::counts : Admission::gap;
}

}  // namespace entrepot::replication
