#include "node/channel/channel_message.hpp"

#include "crypto/base/wire.hpp"
#include "node/machine/private_path.hpp"
#include "node/store/log_store.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t commit_room = replication::commit_limit + 1024;
constexpr std::size_t entry_room = replication::roster_entry_most;

WireWriter& write(WireWriter& out, const Ticket& ticket) {
    return out.u64(ticket.value).fixed(ticket.realm);
}

Ticket read_ticket(WireReader& in) {
    const std::uint64_t value = in.u64();
    return {value, in.fixed<RealmId>()};
}

struct Encoder {
    WireWriter& out;
    void operator()(const OpenStore& m) { out.sized8(m.link_key.view()); }
    void operator()(const AppendCommit& m) {
        write(out, m.ticket).raw(m.log.encode()).sized32(m.commit);
    }
    void operator()(const AppendRoster& m) {
        write(out, m.ticket).fixed(m.realm).u32(static_cast<std::uint32_t>(m.entries.size()));
        for (const Bytes& entry : m.entries) {
            out.sized32(entry);
        }
    }
    void operator()(const Opened&) {}
    void operator()(const Signed& m) { write(out, m.ticket).fixed(m.signature); }
    void operator()(const Stored& m) { write(out, m.ticket); }
    void operator()(const Failed& m) {
        write(out, m.ticket)
            .sized16(as_bytes(m.code))
            .sized16(as_bytes(m.context.substr(0, 4096)));
    }
    void operator()(const Moved& m) { out.u64(m.position).u64(m.roster_length).fixed(m.realm); }
    void operator()(const Erased& m) { out.u64(m.roster_length).fixed(m.realm); }
    void operator()(const EndLogs& m) { write(out, m.ticket); }
};

Bytes copy(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

AppendRoster read_roster(WireReader& in) {
    AppendRoster out{read_ticket(in), {}};
    out.realm = in.fixed<RealmId>();
    for (std::uint32_t count = in.u32(); count > 0 && in.ok(); --count) {
        out.entries.push_back(copy(in.sized32(entry_room)));
    }
    return out;
}

Result<AppendCommit> read_append(WireReader& in) {
    const Ticket ticket = read_ticket(in);
    TRY_ASSIGN(const auto log,
               replication::LogDescriptor::decode(in.raw(replication::LogDescriptor::wire_size)));
    return AppendCommit{ticket, log, copy(in.sized32(commit_room))};
}

Failed read_failed(WireReader& in) {
    Failed out{read_ticket(in), {}, {}};
    out.code = as_text(in.sized16());
    out.context = as_text(in.sized16());
    return out;
}

Result<ChannelMessage> read_body(std::size_t tag, WireReader& in) {
    switch (tag) {
        case 0:
            return ChannelMessage(OpenStore{crypto::Secret::copy_of(in.sized8())});
        case 1: {
            TRY_ASSIGN(AppendCommit out, read_append(in));
            return ChannelMessage(std::move(out));
        }
        case 2:
            return ChannelMessage(read_roster(in));
        case 3:
            return ChannelMessage(Opened{});
        case 4: {
            const Ticket ticket = read_ticket(in);
            return ChannelMessage(Signed{ticket, in.fixed<crypto::Signature>()});
        }
        case 5:
            return ChannelMessage(Stored{read_ticket(in)});
        case 6:
            return ChannelMessage(read_failed(in));
        case 7: {
            const std::uint64_t position = in.u64(), length = in.u64();
            return ChannelMessage(Moved{position, length, in.fixed<RealmId>()});
        }
        case 8: {
            const std::uint64_t length = in.u64();
            return ChannelMessage(Erased{length, in.fixed<RealmId>()});
        }
        case 9:
            return ChannelMessage(EndLogs{read_ticket(in)});
        default:
            return Error{channel_malformed, "unknown message between link and worker"};
    }
}

constexpr ErrorCode known_codes[] = {link_unknown_realm,
                                     store_disk_full,
                                     store_unreadable,
                                     store_damaged,
                                     store_failed,
                                     row_broken,
                                     path_open_to_others,
                                     path_foreign_owner,
                                     path_symbolic_link,
                                     path_unexpected,
                                     replication::replica_local_chain,
                                     replication::replica_local_right,
                                     replication::replica_log_forked,
                                     replication::replica_log_ended};

}  // namespace

Bytes encode_message(const ChannelMessage& message) {
    WireWriter out;
    out.u8(static_cast<std::uint8_t>(message.index()));
    std::visit(Encoder{out}, message);
    return out.take();
}

Result<ChannelMessage> decode_message(ByteView bytes) {
    WireReader in(bytes);
    const std::uint8_t tag = in.u8();
    TRY_ASSIGN(ChannelMessage message, read_body(tag, in));
    TRY(in.finish("message between link and worker"));
    return message;
}

Error error_of(const Failed& failed) {
    for (const ErrorCode& code : known_codes) {
        if (code.name() == failed.code) {
            return {code, failed.context};
        }
    }
    return {link_failed, failed.code + ": " + failed.context};
}

}  // namespace entrepot::node
