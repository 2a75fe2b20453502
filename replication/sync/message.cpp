#include "replication/sync/message.hpp"

#include <type_traits>

namespace entrepot::replication::message {
namespace {

template <class Wanted, class Variant>
struct IndexOf;
template <class Wanted, class... Rest>
struct IndexOf<Wanted, std::variant<Wanted, Rest...>> : std::integral_constant<std::size_t, 0> {};
template <class Wanted, class First, class... Rest>
struct IndexOf<Wanted, std::variant<First, Rest...>>
    : std::integral_constant<std::size_t, 1 + IndexOf<Wanted, std::variant<Rest...>>::value> {};

/// The type byte of a part: its place in the table of PROTOCOL.md, from 1.
template <class T>
constexpr std::uint8_t type_of = static_cast<std::uint8_t>(IndexOf<T, Part>::value + 1);

void write_head(WireWriter& out, const Head& head) {
    out.fixed(head.descriptor.node).fixed(head.descriptor.compartment);
    out.fixed(head.descriptor.incarnation);
    write_varint(out, head.number.value);
    out.fixed(head.hash);
}

LogDescriptor read_descriptor(WireReader& in) {
    LogDescriptor out;
    out.node = in.fixed<NodeId>();
    out.compartment = in.fixed<CompartmentId>();
    out.incarnation = in.fixed<Incarnation>();
    return out;
}

/// A count of items, each of at least `least` bytes: never more than the bytes at hand can hold.
std::size_t read_count(WireReader& in, std::size_t most, std::size_t least) {
    const std::uint64_t count = read_varint(in);
    if (count > most || count * least > in.rest().size()) {
        in.fail_limit();
        return 0;
    }
    return static_cast<std::size_t>(count);
}

bool read_flag(WireReader& in) {
    const std::uint8_t value = in.u8();
    if (value > 1) {
        in.fail_limit();
    }
    return value == 1;
}

struct Writer {
    WireWriter& out;

    void operator()(const Hello& part) const {
        out.u16(part.protocol).u8(static_cast<std::uint8_t>(part.role)).fixed(part.node);
        out.fixed(part.transport).fixed(part.challenge).fixed(part.administration);
        write_varint(out, part.roster_length.value);
        out.fixed(part.roster_head);
    }
    void operator()(const Proof& part) const { out.fixed(part.signature); }
    void operator()(const RosterEntries& part) const {
        write_varint(out, part.before_first.value);
        write_varint(out, part.entries.size());
        for (const ByteView entry : part.entries) {
            out.sized32(entry);
        }
    }
    void operator()(const Fork& part) const { out.raw(part.proof); }
    void operator()(const Claim& part) const { out.raw(part.descriptor.encode()).raw(part.header); }
    void operator()(const Digest& part) const {
        write_varint(out, part.round);
        write_varint(out, part.roster_length.value);
        write_varint(out, part.log_count);
        out.fixed(part.digest);
    }
    void operator()(const Buckets& part) const {
        write_varint(out, part.round);
        for (const BucketDigest& digest : part.digests) {
            out.fixed(digest);
        }
    }
    void operator()(const HeadList& part) const {
        write_varint(out, part.round);
        out.u8(part.last ? 1 : 0);
        write_varint(out, part.heads.size());
        for (const Head& head : part.heads) {
            write_head(out, head);
        }
    }
    void operator()(const Want& part) const {
        write_varint(out, part.logs.size());
        for (const WantedLog& log : part.logs) {
            out.fixed(log.log);
            write_varint(out, log.from.value);
            out.fixed(log.before);
            write_varint(out, log.offset);
        }
    }
    void operator()(const Acknowledge& part) const {
        write_varint(out, part.credit);
        write_varint(out, part.logs.size());
        for (const AcknowledgedLog& log : part.logs) {
            write_varint(out, log.index);
            write_varint(out, log.number.value);
            out.fixed(log.hash);
        }
    }
    void operator()(const Check& part) const {
        write_varint(out, part.roster_length.value);
        out.fixed(part.digest);
    }
    void operator()(const CheckReply& part) const { out.u8(part.equal ? 1 : 0); }
    void operator()(const Frame& part) const {
        out.u8(static_cast<std::uint8_t>(part.lane));
        out.u8(part.wants_credit ? 1 : 0);
        write_varint(out, part.bytes.size());
        out.raw(part.bytes);
    }
    void operator()(const Bye& part) const { out.sized8(as_bytes(part.reason)); }
    void operator()(const ReceiptsHeld& part) const {
        write_varint(out, part.places.size());
        for (const auto& place : part.places) {
            out.fixed(place.node).fixed(place.compartment).u64(place.time.value);
        }
    }
    void operator()(const SignedReceipt& part) const { out.sized32(part.bytes); }
};

template <class T>
T read_as(WireReader& in);

template <>
Hello read_as<Hello>(WireReader& in) {
    Hello out;
    out.protocol = in.u16();
    const std::uint8_t role = in.u8();
    if (role != 1 && role != 2) {
        in.fail_limit();
    }
    out.role = static_cast<Role>(role);
    out.node = in.fixed<NodeId>();
    out.transport = in.fixed<crypto::TransportPublicKey>();
    out.challenge = in.fixed<Challenge>();
    out.administration = in.fixed<AdministrationId>();
    out.roster_length = {read_varint(in)};
    out.roster_head = in.fixed<Hash>();
    return out;
}
template <>
Proof read_as<Proof>(WireReader& in) {
    return {in.fixed<crypto::Signature>()};
}
template <>
RosterEntries read_as<RosterEntries>(WireReader& in) {
    RosterEntries out;
    out.before_first = {read_varint(in)};
    const std::size_t count = read_count(in, entries_most, 4);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        out.entries.push_back(in.sized32(roster_entry_most));
    }
    return out;
}
template <>
Fork read_as<Fork>(WireReader& in) {
    return {in.raw(ForkProof::wire_size)};
}
template <>
Claim read_as<Claim>(WireReader& in) {
    Claim out;
    out.descriptor = read_descriptor(in);
    out.header = in.raw(commit_header_size);
    return out;
}
template <>
Digest read_as<Digest>(WireReader& in) {
    Digest out;
    out.round = read_varint(in);
    out.roster_length = {read_varint(in)};
    out.log_count = read_varint(in);
    out.digest = in.fixed<Hash>();
    return out;
}
template <>
Buckets read_as<Buckets>(WireReader& in) {
    Buckets out;
    out.round = read_varint(in);
    for (BucketDigest& digest : out.digests) {
        digest = in.fixed<BucketDigest>();
    }
    return out;
}
template <>
HeadList read_as<HeadList>(WireReader& in) {
    HeadList out;
    out.round = read_varint(in);
    out.last = read_flag(in);
    const std::size_t count = read_count(in, heads_most, LogDescriptor::wire_size + 33);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        Head head;
        head.descriptor = read_descriptor(in);
        head.number = {read_varint(in)};
        head.hash = in.fixed<Hash>();
        out.heads.push_back(head);
    }
    return out;
}
template <>
Want read_as<Want>(WireReader& in) {
    Want out;
    const std::size_t count = read_count(in, wants_most, 26);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        WantedLog log;
        log.log = in.fixed<LogId>();
        log.from = {read_varint(in)};
        log.before = in.fixed<HashPrefix>();
        log.offset = read_varint(in);
        out.logs.push_back(log);
    }
    return out;
}
template <>
Acknowledge read_as<Acknowledge>(WireReader& in) {
    Acknowledge out;
    out.credit = read_varint(in);
    const std::size_t count = read_count(in, acknowledged_most, 10);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        AcknowledgedLog log;
        const std::uint64_t index = read_varint(in);
        if (index > 0xffffffff) {
            in.fail_limit();
        }
        log.index = static_cast<std::uint32_t>(index);
        log.number = {read_varint(in)};
        log.hash = in.fixed<HashPrefix>();
        out.logs.push_back(log);
    }
    return out;
}
template <>
Check read_as<Check>(WireReader& in) {
    Check out;
    out.roster_length = {read_varint(in)};
    out.digest = in.fixed<Hash>();
    return out;
}
template <>
CheckReply read_as<CheckReply>(WireReader& in) {
    return {read_flag(in)};
}
template <>
Frame read_as<Frame>(WireReader& in) {
    Frame out;
    const std::uint8_t lane = in.u8();
    if (lane > static_cast<std::uint8_t>(Lane::originals)) {
        in.fail_limit();
    }
    out.lane = static_cast<Lane>(lane);
    out.wants_credit = read_flag(in);
    out.bytes = in.raw(static_cast<std::size_t>(read_varint(in)));
    return out;
}
template <>
Bye read_as<Bye>(WireReader& in) {
    return {std::string(as_text(in.sized8(reason_most)))};
}

template <>
ReceiptsHeld read_as<ReceiptsHeld>(WireReader& in) {
    ReceiptsHeld out;
    const std::size_t count = read_count(in, receipts_most, 40);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        ReceiptsHeld::Place place;
        place.node = in.fixed<NodeId>();
        place.compartment = in.fixed<CompartmentId>();
        place.time.value = in.u64();
        out.places.push_back(place);
    }
    return out;
}
template <>
SignedReceipt read_as<SignedReceipt>(WireReader& in) {
    return {in.sized32(Receipt::size_most)};
}

template <std::size_t... I>
Part read_type(std::uint8_t type, WireReader& in, std::index_sequence<I...>) {
    Part out;
    const auto try_one = [&](auto index) {
        using T = std::variant_alternative_t<decltype(index)::value, Part>;
        if (type_of<T> == type) {
            out = read_as<T>(in);
        }
    };
    (try_one(std::integral_constant<std::size_t, I>{}), ...);
    return out;
}

}  // namespace

void write_varint(WireWriter& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.u8(static_cast<std::uint8_t>(value) | 0x80);
        value >>= 7;
    }
    out.u8(static_cast<std::uint8_t>(value));
}

std::uint64_t read_varint(WireReader& in) {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = in.u8();
        const bool last = (byte & 0x80) == 0;
        if ((shift == 63 && byte > 1) || (last && byte == 0 && shift > 0)) {
            in.fail_limit();
            return 0;
        }
        out |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (last) {
            return out;
        }
    }
    in.fail_limit();
    return 0;
}

void write_part(WireWriter& out, const Part& part) {
    out.u8(static_cast<std::uint8_t>(part.index() + 1));
    std::visit(Writer{out}, part);
}

Result<Part> read_part(WireReader& in) {
    constexpr std::size_t types = std::variant_size_v<Part>;
    const std::uint8_t type = in.u8();
    if (type == 0 || type > types) {
        return Error{session_malformed, "unknown part " + std::to_string(type)};
    }
    Part out = read_type(type, in, std::make_index_sequence<types>{});
    if (const Status status = in.check("part"); !status) {
        const bool over = status.error().code == wire_limit;
        return Error{over ? session_oversized : session_malformed,
                     "part " + std::to_string(type) + ": " + status.error().context};
    }
    return out;
}

}  // namespace entrepot::replication::message
