// The self-test of authentication: a real connection over the loopback interface with a key that
// nobody allowed must be refused, and one with an allowed key must not.
#pragma once

#include "replication/transport/allow_list.hpp"
#include "replication/transport/curve_socket.hpp"

namespace entrepot::replication {

/// transport.self_test unless strangers are refused and allowed keys admitted within `most`.
/// Replaces the content of `allowed` while it runs: called before anyone may connect.
Status prove_strangers_are_refused(zmq::context_t& context, const CurveSettings& settings,
                                   AllowList& allowed);

}  // namespace entrepot::replication
