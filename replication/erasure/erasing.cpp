#include "replication/erasure/erasing.hpp"

#include <algorithm>

#include "crypto/base/wire.hpp"
#include "replication/log/commit_tree.hpp"

namespace entrepot::replication {
namespace {

constexpr std::uint32_t leaf_length = 0x80000000 | Hash::size;
constexpr std::size_t length_size = 4;

/// Everything before the changes, as it stands.
ByteView before_changes(const ParsedCommit& commit) {
    std::size_t changes = 0;
    for (const SealedChange& change : commit.changes) {
        changes += length_size + change.bytes.size();
    }
    return commit.bytes.first(commit.bytes.size() - changes);
}

}  // namespace

std::optional<Bytes> without_changes(const ParsedCommit& commit,
                                     const std::function<bool(const ChangePlace&)>& is_ordered) {
    WireWriter out;
    out.raw(before_changes(commit));
    bool is_swapped = false;
    ChangePlace place{commit.header.log, commit.header.number, 0};
    for (const SealedChange& change : commit.changes) {
        ++place.change;
        if (!change.erased && is_ordered(place)) {
            out.u32(leaf_length).fixed(leaf_of(place.change, change.bytes));
            is_swapped = true;
        } else if (change.erased) {
            out.u32(leaf_length).raw(change.bytes);
        } else {
            out.sized32(change.bytes);
        }
    }
    return is_swapped ? std::optional(out.take()) : std::nullopt;
}

std::optional<Bytes> without_erased(const ParsedCommit& commit, const Roster& roster) {
    const auto& ordered = roster.erased_changes();
    const CommitHeader& header = commit.header;
    const auto first = ordered.lower_bound({header.log, header.number, 0});
    if (first == ordered.end() || first->log != header.log || first->number != header.number) {
        return std::nullopt;
    }
    return without_changes(
        commit, [&ordered](const ChangePlace& place) { return ordered.contains(place); });
}

bool has_erased(const ParsedCommit& commit) {
    return std::any_of(commit.changes.begin(), commit.changes.end(),
                       [](const SealedChange& change) { return change.erased; });
}

}  // namespace entrepot::replication
