#include "replication/bundle/bundle_item.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"

namespace entrepot::replication {
namespace {

Bytes content_of(const BundleRoster& roster) {
    WireWriter writer;
    writer.u64(roster.before_first.value);
    for (const Bytes& entry : roster.entries) {
        writer.sized32(entry);
    }
    return writer.take();
}
Bytes content_of(const BundleCommit& commit) {
    return WireWriter().raw(commit.log.encode()).raw(commit.bytes).take();
}
Bytes content_of(const BundleReceipt& receipt) {
    return receipt.bytes;
}
Bytes content_of(const BundleFork& fork) {
    return fork.proof;
}

Bytes content_of(const BundleContents& contents) {
    WireWriter writer;
    for (const BundleRange& range : contents.ranges) {
        writer.raw(range.log.encode()).u64(range.first.value).u64(range.last.value);
    }
    return writer.take();
}
Bytes content_of(const BundleLog& known) {
    return known.log.encode();
}

Result<BundleItem> read_roster(ByteView content) {
    WireReader reader(content);
    BundleRoster out;
    out.before_first = {reader.u64()};
    while (reader.ok() && !reader.rest().empty()) {
        const ByteView entry = reader.sized32(roster_entry_most);
        out.entries.emplace_back(entry.begin(), entry.end());
    }
    if (!reader.finish("roster entries of a bundle")) {
        return Error{bundle_malformed, "roster entries that end within one"};
    }
    return BundleItem(std::move(out));
}

Result<BundleItem> read_commit(ByteView content) {
    constexpr std::size_t start = LogDescriptor::wire_size;
    if (content.size() < start + commit_header_size || content.size() - start > commit_limit) {
        return Error{bundle_malformed, "a commit of a wrong size"};
    }
    TRY_ASSIGN(const LogDescriptor log, LogDescriptor::decode(content.first(start)));
    const ByteView commit = content.subspan(start);
    return BundleItem(BundleCommit{log, Bytes(commit.begin(), commit.end())});
}

Result<BundleItem> read_contents(ByteView content) {
    constexpr std::size_t range_size = LogDescriptor::wire_size + 2 * 8;
    if (content.size() % range_size != 0 || content.size() > bundle_ranges_limit * range_size) {
        return Error{bundle_malformed, "a list of contents of a wrong size"};
    }
    BundleContents out;
    for (std::size_t at = 0; at < content.size(); at += range_size) {
        TRY_ASSIGN(const LogDescriptor log,
                   LogDescriptor::decode(content.subspan(at, LogDescriptor::wire_size)));
        WireReader reader(content.subspan(at + LogDescriptor::wire_size, 2 * 8));
        const CommitNumber first{reader.u64()}, last{reader.u64()};
        if (first.value == 0 || last < first) {
            return Error{bundle_malformed, "contents that end before they begin"};
        }
        out.ranges.push_back({log, first, last});
    }
    return BundleItem(std::move(out));
}

Result<BundleItem> read_log(ByteView content) {
    if (content.size() != LogDescriptor::wire_size) {
        return Error{bundle_malformed, "the name of a log of a wrong size"};
    }
    TRY_ASSIGN(const LogDescriptor log, LogDescriptor::decode(content));
    return BundleItem(BundleLog{log});
}

}  // namespace

Bytes encode_item(const BundleItem& item) {
    const Bytes content = std::visit([](const auto& what) { return content_of(what); }, item);
    ENSURE(content.size() <= bundle_item_limit);
    const auto kind = static_cast<std::uint8_t>(item.index() + 1);
    return WireWriter().u8(kind).sized32(content).take();
}

Result<BundleItem> decode_item(std::uint8_t kind, ByteView content) {
    switch (kind) {
        case 1:
            return read_roster(content);
        case 2:
            return read_commit(content);
        case 3:
            return BundleItem(BundleReceipt{Bytes(content.begin(), content.end())});
        case 4:
            return BundleItem(BundleFork{Bytes(content.begin(), content.end())});
        case 5:
            return read_contents(content);
        case 6:
            return read_log(content);
        default:
            return Error{bundle_malformed,
                         "an item of kind " + std::to_string(kind) + " in a bundle"};
    }
}

}  // namespace entrepot::replication
