#include "replication/transport/curve_socket.hpp"

namespace entrepot::replication {
namespace {

constexpr int zap_enforce_domain = 93;  // ZMQ_ZAP_ENFORCE_DOMAIN, absent from Debian's header
constexpr int high_water_mark = 4;
constexpr std::int64_t most_bytes_a_frame = 1024 * 1024;
constexpr int keepalive_idle_seconds = 60;
constexpr int keepalive_interval_seconds = 10;
constexpr int keepalive_probes = 3;

int milliseconds_of(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

zmq::const_buffer buffer_of(ByteView bytes) { return zmq::buffer(bytes.data(), bytes.size()); }

void set_limits(zmq::socket_t& socket, const TransportTimes& times) {
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, high_water_mark);
    socket.set(zmq::sockopt::rcvhwm, high_water_mark);
    socket.set(zmq::sockopt::maxmsgsize, most_bytes_a_frame);
    socket.set(zmq::sockopt::ipv6, true);
    socket.set(zmq::sockopt::handshake_ivl, milliseconds_of(times.handshake));
    socket.set(zmq::sockopt::heartbeat_ivl, milliseconds_of(times.heartbeat));
    socket.set(zmq::sockopt::heartbeat_timeout, milliseconds_of(times.heartbeat_timeout));
    socket.set(zmq::sockopt::heartbeat_ttl, milliseconds_of(times.heartbeat_timeout));
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::tcp_keepalive_idle, keepalive_idle_seconds);
    socket.set(zmq::sockopt::tcp_keepalive_intvl, keepalive_interval_seconds);
    socket.set(zmq::sockopt::tcp_keepalive_cnt, keepalive_probes);
}

void enforce_authentication(zmq::socket_t& socket) {
    const int on = 1;
    if (zmq_setsockopt(socket.handle(), zap_enforce_domain, &on, sizeof on) != 0) {
        throw zmq::error_t();
    }
}

}  // namespace

zmq::socket_t make_listening_socket(zmq::context_t& context, const CurveSettings& settings) {
    zmq::socket_t socket(context, zmq::socket_type::router);
    set_limits(socket, settings.times);
    if (settings.enforce_authentication) {
        socket.set(zmq::sockopt::zap_domain, "entrepot");
        enforce_authentication(socket);
    }
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, buffer_of(settings.key.secret()));
    // Without it the ROUTER drops messages to a peer that is slow or gone, and says nothing.
    socket.set(zmq::sockopt::router_mandatory, true);
    // Off: a second claim of a routing id is ignored. On, it would cut off the first holder.
    socket.set(zmq::sockopt::router_handover, false);
    return socket;
}

zmq::socket_t make_dialling_socket(zmq::context_t& context, const CurveSettings& settings,
                                   const PeerKey& server) {
    zmq::socket_t socket(context, zmq::socket_type::dealer);
    set_limits(socket, settings.times);
    socket.set(zmq::sockopt::curve_serverkey, buffer_of(server.view()));
    socket.set(zmq::sockopt::curve_publickey, buffer_of(settings.key.public_key().view()));
    socket.set(zmq::sockopt::curve_secretkey, buffer_of(settings.key.secret()));
    // Nothing is queued for a link that is not there.
    socket.set(zmq::sockopt::immediate, true);
    socket.set(zmq::sockopt::connect_timeout, milliseconds_of(settings.times.handshake));
    return socket;
}

}  // namespace entrepot::replication
