#include "node/audit/audit_entry.hpp"

#include <algorithm>
#include <array>

#include "crypto/base/wire.hpp"
#include "replication/model/value.hpp"

namespace entrepot::node {
namespace {

constexpr std::uint8_t edition = 1;
constexpr std::array<std::string_view, 12> kind_names{
    "",       "collection", "alteration", "consultation", "search", "disclosure",
    "export", "print",      "erasure",    "unlock",       "lock",   "refusal"};

/// At most `limit` bytes, cut between two characters.
ByteView cut(const std::string& text, std::size_t limit) {
    std::size_t size = std::min(text.size(), limit);
    const auto continues = [&](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
    };
    while (size < text.size() && size > 0 && continues(size)) {
        --size;
    }
    return as_bytes(std::string_view(text).substr(0, size));
}

std::string read_text(ByteView bytes, bool& good) {
    good = good && replication::is_utf8(as_text(bytes));
    return std::string(as_text(bytes));
}

}  // namespace

std::string_view name_of(AuditKind kind) {
    const auto number = static_cast<std::size_t>(kind);
    return number == 0 || number >= kind_names.size() ? "unknown" : kind_names[number];
}

Bytes encode_entry(const AuditEntry& entry) {
    WireWriter out;
    out.u8(edition).u8(static_cast<std::uint8_t>(entry.kind)).fixed(entry.officer);
    out.u64(static_cast<std::uint64_t>(entry.at.ms));
    const std::size_t count = std::min(entry.records.size(), audit_record_limit);
    out.u16(static_cast<std::uint16_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
        out.fixed(entry.records[i].compartment).fixed(entry.records[i].record);
    }
    out.sized16(cut(entry.text, audit_text_limit));
    out.sized16(cut(entry.purpose, audit_purpose_limit));
    out.sized8(cut(entry.case_reference, audit_case_limit));
    out.sized8(cut(entry.outcome, audit_outcome_limit));
    return out.take();
}

Result<AuditEntry> decode_entry(ByteView bytes) {
    WireReader in(bytes);
    const std::uint8_t given = in.u8();
    if (in.ok() && given != edition) {
        return Error{audit_needs_newer, "an audit entry of edition " + std::to_string(given) +
                                            "; it needs a newer program"};
    }
    AuditEntry out;
    out.kind = static_cast<AuditKind>(in.u8());
    out.officer = in.fixed<replication::OfficerId>();
    out.at.ms = static_cast<std::int64_t>(in.u64());
    const std::size_t count = in.u16();
    bool good = count <= audit_record_limit && out.kind != AuditKind{};
    for (std::size_t i = 0; good && in.ok() && i < count; ++i) {
        const auto compartment = in.fixed<replication::CompartmentId>();
        out.records.push_back({compartment, in.fixed<replication::RecordId>()});
    }
    out.text = read_text(in.sized16(audit_text_limit), good);
    out.purpose = read_text(in.sized16(audit_purpose_limit), good);
    out.case_reference = read_text(in.sized8(audit_case_limit), good);
    out.outcome = read_text(in.sized8(audit_outcome_limit), good);
    const Status whole = in.finish("audit entry");
    if (!whole || !good) {
        return Error{audit_malformed,
                     whole ? "an audit entry whose parts are out of range" : whole.error().context};
    }
    return out;
}

}  // namespace entrepot::node
