// AuditEntry: who did what to which records, when and why, as the auditor reads it. AUDIT.md gives
// the bytes. Says what an officer did through the program, not what he saw over a shoulder.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/clock.hpp"
#include "replication/model/ids.hpp"

namespace entrepot::node {

inline constexpr ErrorCode audit_malformed{"audit.malformed", ErrorKind::refused};
inline constexpr ErrorCode audit_needs_newer{"audit.needs_newer_program", ErrorKind::unavailable};

/// Limits of one entry: records, and bytes of its texts.
inline constexpr std::size_t audit_record_limit = 1000;
inline constexpr std::size_t audit_text_limit = 4096;
inline constexpr std::size_t audit_purpose_limit = 256;
inline constexpr std::size_t audit_case_limit = 100;
inline constexpr std::size_t audit_outcome_limit = 64;

enum class AuditKind : std::uint8_t {
    collection = 1,
    alteration = 2,
    consultation = 3,
    search = 4,
    disclosure = 5,
    exporting = 6,
    print = 7,
    erasure = 8,
    unlock = 9,
    lock = 10,
    refusal = 11
};
/// "collection" … "export" … "refusal"; "unknown" for a kind of a newer program.
std::string_view name_of(AuditKind kind);

struct AuditEntry {
    AuditKind kind = AuditKind::consultation;
    replication::OfficerId
        officer;  ///< zero when nobody was signed in, or the node acted by itself
    WallTime at;
    std::vector<replication::RecordKey> records;  ///< what was shown or written
    std::string text;                             ///< the query, or what else was asked for
    std::string purpose;                          ///< as the officer said
    std::string case_reference;                   ///< as the officer said
    std::string outcome;                          ///< a count, or the code of a refusal
    friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

/// Cuts what is over a limit: texts at a character, records at audit_record_limit.
Bytes encode_entry(const AuditEntry& entry);
/// audit.malformed for anything but those bytes within limits; audit.needs_newer_program for
/// another edition of them.
Result<AuditEntry> decode_entry(ByteView bytes);

}  // namespace entrepot::node
