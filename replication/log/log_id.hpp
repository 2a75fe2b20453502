// Log descriptor: who writes a log, in which compartment, and which start of it this is. Announced
// beside the head; the log's id is recomputed from it by every reader.
#pragma once

#include "replication/model/ids.hpp"

namespace entrepot::replication {

/// 48 bytes on the wire: node, compartment, incarnation.
struct LogDescriptor {
    static constexpr std::size_t wire_size = 48;
    NodeId node;
    CompartmentId compartment;
    Incarnation incarnation;

    /// BLAKE2b-128("log" ‖ descriptor).
    LogId id() const;
    Bytes encode() const;
    static Result<LogDescriptor> decode(ByteView bytes);
    friend auto operator<=>(const LogDescriptor&, const LogDescriptor&) = default;
};

}  // namespace entrepot::replication
