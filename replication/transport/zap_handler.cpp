#include "replication/transport/zap_handler.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <vector>

namespace entrepot::replication {
namespace {

// Frames of a request: version, request id, domain, address, routing id, mechanism, key.
constexpr std::size_t request_id_frame = 1;
constexpr std::size_t mechanism_frame = 5;
constexpr std::size_t key_frame = 6;
constexpr std::size_t request_frames = 7;

std::vector<zmq::message_t> receive_all(zmq::socket_t& socket) {
    std::vector<zmq::message_t> frames;
    do {
        frames.emplace_back();
        static_cast<void>(socket.recv(frames.back()));
    } while (frames.back().more());
    return frames;
}

}  // namespace

ZapHandler::ZapHandler(zmq::context_t& context, AllowList& allowed)
    : context_(context), allowed_(allowed) {
    zmq::socket_t socket(context, zmq::socket_type::rep);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind("inproc://zeromq.zap.01");
    thread_ = std::thread([this, moved = std::move(socket)]() mutable { run(std::move(moved)); });
}

ZapHandler::~ZapHandler() {
    context_.shutdown();
    thread_.join();
}

void ZapHandler::run(zmq::socket_t socket) {
    for (;;) {
        try {
            answer(socket);
        } catch (const zmq::error_t& error) {
            // A signal that this thread happened to get changes nothing. Otherwise the context
            // ends, or the handler is broken; then the enforced domain refuses everybody.
            if (error.num() != EINTR) {
                return;
            }
        }
    }
}

void ZapHandler::answer(zmq::socket_t& socket) {
    const std::vector<zmq::message_t> request = receive_all(socket);
    const std::string id =
        request.size() > request_id_frame ? request[request_id_frame].to_string() : std::string();
    bool allowed = false;
    std::string name;
    if (request.size() == request_frames && request[mechanism_frame].to_string_view() == "CURVE") {
        const auto& frame = request[key_frame];
        const auto key = PeerKey::from({frame.data<std::uint8_t>(), frame.size()});
        allowed = key && allowed_.contains(*key);
        name = allowed ? to_hex(key->view()) : std::string();
    }
    if (!allowed) {
        allowed_.count_stranger();
    }
    const std::array<std::string, 6> reply{"1.0", id,   allowed ? "200" : "400",
                                           allowed ? "OK" : "not allowed", name, ""};
    for (std::size_t i = 0; i < reply.size(); ++i) {
        const bool last = i + 1 == reply.size();
        socket.send(zmq::buffer(reply[i]),
                    last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
}

}  // namespace entrepot::replication
