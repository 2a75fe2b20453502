// Sockets with every option that 4-sync asks for: CURVE always, small limits, no lingering.
// Functions throw zmq::error_t; the endpoint turns it into an Error.
#pragma once

#include <string>
#include <zmq.hpp>

#include "crypto/primitives.hpp"
#include "replication/transport/zmq_endpoint.hpp"

namespace entrepot::replication {

/// What sockets of one endpoint share.
struct CurveSettings {
    const crypto::TransportKey& key;
    TransportTimes times;
    /// False only where a test shows what would happen: anyone could connect.
    bool enforce_authentication = true;
};

/// A ROUTER whose every client must pass the ZAP handler. Not bound yet.
zmq::socket_t make_listening_socket(zmq::context_t& context, const CurveSettings& settings);

/// A DEALER that speaks only to the holder of `server`. Not connected yet.
zmq::socket_t make_dialling_socket(zmq::context_t& context, const CurveSettings& settings,
                                   const PeerKey& server);

}  // namespace entrepot::replication
