// The identifiers of replication, each a type of its own.
#pragma once

#include <cstdint>

#include "crypto/identity.hpp"

namespace entrepot::replication {

using crypto::NodeId;
using CompartmentId = Id<struct CompartmentTag>;
using RecordId = Id<struct RecordTag>;
using LogId = Id<struct LogTag>;
using Incarnation = Id<struct IncarnationTag>;
using OfficerId = Id<struct OfficerTag>;
using UnitId = Id<struct UnitTag>;
using AdministrationId = Id<struct AdministrationTag>;
using BlobId = FixedBytes<struct BlobTag, 32>;

/// First eight bytes of a commit's hash: enough to name a branch, too few to prove one.
using HashPrefix = FixedBytes<struct HashPrefixTag, 8>;

inline HashPrefix prefix_of(const Hash& hash) {
    HashPrefix out;
    std::memcpy(out.bytes.data(), hash.bytes.data(), HashPrefix::size);
    return out;
}

/// 1, 2, 3 … within a log; 0 is "none yet".
struct CommitNumber {
    std::uint64_t value = 0;
    CommitNumber next() const { return {value + 1}; }
    friend auto operator<=>(const CommitNumber&, const CommitNumber&) = default;
};

/// Number of a compartment's key, from 1.
struct Generation {
    std::uint32_t value = 0;
    friend auto operator<=>(const Generation&, const Generation&) = default;
};

/// Count of entries of a roster.
struct RosterLength {
    std::uint64_t value = 0;
    friend auto operator<=>(const RosterLength&, const RosterLength&) = default;
};

/// Names one change of a record: a commit holds at most one change of each record.
struct Dot {
    LogId log;
    CommitNumber number;
    friend auto operator<=>(const Dot&, const Dot&) = default;
};

/// A record's identity, for ever.
struct RecordKey {
    CompartmentId compartment;
    RecordId record;
    friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

struct RecordKeyHash {
    std::size_t operator()(const RecordKey& key) const {
        return FixedBytesHash{}(key.record) * 31 + FixedBytesHash{}(key.compartment);
    }
};
struct DotHash {
    std::size_t operator()(const Dot& dot) const {
        return FixedBytesHash{}(dot.log) * 31 + static_cast<std::size_t>(dot.number.value);
    }
};

}  // namespace entrepot::replication
