#include "replication/roster/roster_file.hpp"

#include <algorithm>

#include "crypto/base/wire.hpp"

namespace entrepot::replication {
namespace {

constexpr std::string_view magic = "EPR1";

Status named(Status status, std::size_t number) {
    if (status) {
        return status;
    }
    return Error{status.error().code,
                 "entry " + std::to_string(number) + ": " + status.error().context};
}

Status check_root(const Bytes& first, const RootPin& root) {
    Roster alone;
    TRY(named(alone.append(first), 1));
    if (!root.matches(alone.root_fingerprint())) {
        return Error{roster_fingerprint, "the roster of an administration with other root keys"};
    }
    return {};
}

/// How many entries both begin with.
std::size_t alike(const Roster& roster, const std::vector<Bytes>& entries) {
    const std::size_t both = std::min(entries.size(), roster.entries().size());
    const auto held = roster.entries().begin();
    const auto differs =
        std::mismatch(held, held + static_cast<std::ptrdiff_t>(both), entries.begin());
    return static_cast<std::size_t>(differs.first - held);
}

/// A held entry that the file has otherwise: damage if that is no right entry, else a fork, which
/// the file may settle.
Result<Roster> settled(const Roster& roster, const std::vector<Bytes>& entries, std::size_t at) {
    Roster out = roster.first({at});
    for (std::size_t i = at; i < entries.size(); ++i) {
        TRY(named(out.append(entries[i]), i + 1));
    }
    if (!out.settles(roster)) {
        return Error{roster_forked, "entry " + std::to_string(at + 1) +
                                        " differs from the one held: the root keys can settle it"};
    }
    return out;
}

}  // namespace

Bytes encode_entries(std::span<const Bytes> entries) {
    WireWriter writer;
    writer.u32(static_cast<std::uint32_t>(entries.size()));
    for (const Bytes& entry : entries) {
        writer.sized32(entry);
    }
    return writer.take();
}

std::optional<std::vector<Bytes>> decode_entries(ByteView bytes) {
    WireReader reader(bytes);
    std::vector<Bytes> out;
    const std::size_t count = reader.u32();
    if (count > roster_file_entry_limit) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const ByteView entry = reader.sized32(roster_entry_most);
        if (entry.empty()) {
            return std::nullopt;
        }
        out.emplace_back(entry.begin(), entry.end());
    }
    return reader.finish("entries") ? std::optional(std::move(out)) : std::nullopt;
}

Bytes export_roster(const Roster& roster) {
    Bytes out(magic.begin(), magic.end());
    append(out, encode_entries(roster.entries()));
    return out;
}

Result<std::vector<Bytes>> roster_file_entries(ByteView file) {
    if (file.size() < magic.size() || as_text(file.first(magic.size())) != magic) {
        return Error{roster_file_malformed, "no roster file"};
    }
    auto entries = decode_entries(file.subspan(magic.size()));
    if (!entries || entries->empty()) {
        return Error{roster_file_malformed, "a roster file that is cut short or altered"};
    }
    return *std::move(entries);
}

Result<std::size_t> import_roster(Roster& roster, const RootPin& root, ByteView file) {
    TRY_ASSIGN(const auto entries, roster_file_entries(file));
    TRY(check_root(entries.front(), root));
    const std::size_t same = alike(roster, entries);
    if (same < std::min(entries.size(), roster.entries().size())) {
        TRY_ASSIGN(roster, settled(roster, entries, same));
        return entries.size() - same;
    }
    std::size_t added = 0;
    for (std::size_t i = roster.entries().size(); i < entries.size(); ++i, ++added) {
        TRY(named(roster.append(entries[i]), i + 1));
    }
    return added;
}

}  // namespace entrepot::replication
