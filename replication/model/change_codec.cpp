// The bytes of a change, CHANGE_FORMAT.md: record, database, kind, context, assignments.
#include "crypto/base/ensure.hpp"
#include "replication/model/change.hpp"
#include "replication/model/value_codec.hpp"

namespace entrepot::replication {
namespace {

constexpr ArchiveCodes codes{change_malformed, change_too_large, change_needs_newer};
constexpr std::size_t kind_limit = 255;
constexpr std::size_t least_context_entry = 16 + 1 + 8;
constexpr std::size_t least_assignment = 1 + 1 + 1 + 1;

void save_kind(BoundedOutputArchive& archive, ChangeKind kind) {
    const auto number = static_cast<std::uint8_t>(kind);
    archive.sized({&number, 1});
}

ChangeKind load_kind(BoundedInputArchive& archive) {
    const ByteView kind = archive.sized(kind_limit);
    if (kind.empty()) {
        archive_malformed("no kind");
    }
    const bool known = kind[0] >= static_cast<std::uint8_t>(ChangeKind::set) &&
                       kind[0] <= static_cast<std::uint8_t>(ChangeKind::merge_into);
    if (!known || kind.size() > 1) {
        throw ArchiveFailure(ArchiveFailure::Reason::needs_newer,
                             "a kind of change not known here");
    }
    return static_cast<ChangeKind>(kind[0]);
}

/// Which limit a change is over, if any; what else check_change refuses is the caller's mistake.
Status check_before_writing(const Change& change) {
    const Status status = check_change(change);
    if (!status &&
        (status.error().code == change_too_large || status.error().code == value_too_large)) {
        return Error{change_too_large, status.error().context};
    }
    ENSURE(status.has_value());
    return {};
}

}  // namespace

void save(BoundedOutputArchive& archive, const ContextEntry& entry) {
    archive(entry.log);
    archive.varint(entry.number.value);
    archive(entry.hash);
}
void load(BoundedInputArchive& archive, ContextEntry& entry) {
    archive(entry.log);
    entry.number.value = archive.varint();
    archive(entry.hash);
}

void save(BoundedOutputArchive& archive, const Assignment& assignment) {
    archive.sized(as_bytes(assignment.path));
    archive(assignment.value);
}
void load(BoundedInputArchive& archive, Assignment& assignment) {
    assignment.path = as_text(archive.sized(path_limit));
    archive(assignment.value);
}

void save(BoundedOutputArchive& archive, const Change& change) {
    archive(change.record);
    archive.sized(as_bytes(change.database));
    save_kind(archive, change.kind);
    archive.varint(change.context.size());
    for (const ContextEntry& entry : change.context) {
        archive(entry);
    }
    archive.varint(change.assignments.size());
    for (const Assignment& assignment : change.assignments) {
        archive(assignment);
    }
}
void load(BoundedInputArchive& archive, Change& change) {
    archive(change.record);
    change.database = as_text(archive.sized(32));
    change.kind = load_kind(archive);
    change.context.resize(archive.count(context_limit, least_context_entry));
    for (ContextEntry& entry : change.context) {
        archive(entry);
    }
    const std::size_t count = archive.count(assignment_limit, least_assignment);
    change.assignments.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        archive(change.assignments.emplace_back());
    }
}

Result<Bytes> encode_change(const Change& change) {
    TRY(check_before_writing(change));
    return write_bounded(change, change_plain_limit, codes);
}

Result<Change> decode_change(ByteView bytes) {
    if (bytes.size() > change_plain_limit) {
        return Error{change_malformed, "longer than 1 MiB"};
    }
    TRY_ASSIGN(Change change, read_bounded<Change>(bytes, codes));
    if (const Status status = check_change(change); !status) {
        return Error{change_malformed, status.error().context};
    }
    return change;
}

Result<RecordId> record_of_change(ByteView bytes) {
    if (bytes.size() < RecordId::size) {
        return Error{change_malformed, "shorter than a record's id"};
    }
    return RecordId::from(bytes.first(RecordId::size));
}

Bytes encode_value(const Value& value) {
    ENSURE(check_value(value).has_value());
    Result<Bytes> bytes = write_bounded(value, change_plain_limit, codes);
    ENSURE(bytes.has_value());
    return std::move(bytes).value();
}

Result<Value> decode_value(ByteView bytes) {
    return read_bounded<Value>(bytes, codes);
}

}  // namespace entrepot::replication
