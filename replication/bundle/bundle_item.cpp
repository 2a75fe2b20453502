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

Result<BundleItem> read_roster(ByteView content) {
    WireReader reader(content);
    BundleRoster out;
    out.before_first = {reader.u64()};
    while (reader.ok() && !reader.rest().empty()) {
        const ByteView entry = reader.sized32(roster_entry_limit);
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
        default:
            return Error{bundle_malformed,
                         "an item of kind " + std::to_string(kind) + " in a bundle"};
    }
}

}  // namespace entrepot::replication
