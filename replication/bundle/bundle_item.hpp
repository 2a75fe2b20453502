// What a bundle carries: the same things a session would send, in the same order. Bytes in
// BUNDLE.md.
#pragma once

#include <variant>
#include <vector>

#include "replication/bundle/bundle_header.hpp"
#include "replication/log/commit.hpp"
#include "replication/log/log_id.hpp"
#include "replication/roster/entry.hpp"

namespace entrepot::replication {

/// Roster entries one after another; `before_first` is the roster's length without them.
struct BundleRoster {
    RosterLength before_first;
    std::vector<Bytes> entries;
};
/// The bytes that the author signed.
struct BundleCommit {
    LogDescriptor log;
    Bytes bytes;
};
/// A signed statement of heads durably held; judged by whoever takes it.
struct BundleReceipt {
    Bytes bytes;
};
struct BundleFork {
    Bytes proof;
};
/// Commits of one log, first to last.
struct BundleRange {
    LogDescriptor log;
    CommitNumber first, last;
};
/// What follows: whoever gets only a part of it knows what he lacks.
struct BundleContents {
    std::vector<BundleRange> ranges;
};
/// A log known by its name alone: nothing of it counts, but contexts may name it.
struct BundleLog {
    LogDescriptor log;
};
using BundleItem = std::variant<BundleRoster, BundleCommit, BundleReceipt, BundleFork,
                                BundleContents, BundleLog>;

/// Bytes of an item on the stream, without its kind and length.
inline constexpr std::size_t bundle_item_limit = 1024 * 1024;
/// Ranges in one item of contents; a bundle may have several.
inline constexpr std::size_t bundle_ranges_limit = 16'000;

/// Kind 1, length 4, content; at most bundle_item_limit of content.
Bytes encode_item(const BundleItem& item);
/// bundle.malformed for anything else. Kind 0 is padding and no item.
Result<BundleItem> decode_item(std::uint8_t kind, ByteView content);

}  // namespace entrepot::replication
