// HttpExchange: one request and its one answer, between libmicrohttpd's thread and whoever answers.
//
//   reading ──complete──► dispatched ──respond()──► answered ──queued──► gone
//                             └── nothing yet: suspended, until respond() or the stop resumes it
//
// Invariants, under Gate::mutex: `connection` is null once libmicrohttpd has let go of it; an
// exchange is in Gate::suspended exactly while its connection is suspended; none is suspended after
// `stopping` was set, because libmicrohttpd aborts when it is stopped with suspended connections.
#pragma once

#include <microhttpd.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "node/api/http_server.hpp"

namespace entrepot::node {

inline constexpr ErrorCode api_stopping{"api.stopping", ErrorKind::unavailable};
inline constexpr ErrorCode api_unanswered{"api.unanswered", ErrorKind::unavailable};

/// What the exchanges of one server share; outlives the server while a responder is about.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    std::size_t dispatched = 0;  ///< requests at or past their handler, not yet gone
    std::set<HttpExchange*> suspended;
};

struct HttpExchange : std::enable_shared_from_this<HttpExchange> {
    explicit HttpExchange(std::shared_ptr<Gate> shared) : gate(std::move(shared)) {}

    /// From any thread; the first answer counts.
    void respond(HttpResponse response);
    void begin_stream(HttpResponse head, std::string beat);
    bool write(std::string_view bytes);
    void end();

    /// libmicrohttpd's thread: the request is complete and its handler is about to be asked. False
    /// when the server stops; the answer is set then.
    bool dispatch();
    /// libmicrohttpd's thread, after the handler returned or the connection was resumed: queues
    /// the answer, or suspends the connection until there is one.
    MHD_Result proceed();
    /// libmicrohttpd's thread: it has let go of the connection.
    void forget_connection();
    /// What the reader of a stream takes: bytes, or that there are none yet, or no more.
    ssize_t take_stream(char* to, std::size_t most);

    /// With the lock held: the server stops.
    void stop_waiting();
    /// With the lock held: sends the heartbeat of a stream that has nothing else to send.
    void beat();

    const std::shared_ptr<Gate> gate;
    MHD_Connection* connection = nullptr;
    HttpRequest request;
    std::optional<HttpResponse> early;  ///< an answer decided on before any handler is asked
    std::size_t body_bytes = 0;         ///< received, kept or not
    bool is_dispatched = false;

private:
    void set_answer(HttpResponse response);
    void answer_if_stopping();
    void suspend();
    void resume();

    std::optional<HttpResponse> answer_;
    bool is_answered_ = false;  // stays true after answer_ was queued
    bool is_stream_ = false;
    bool stream_ended_ = false;
    std::string stream_pending_;
    std::string heartbeat_;
};

/// Queues `response` at once; with `close` the connection ends after it.
MHD_Result queue_now(MHD_Connection* connection, HttpResponse response, bool close);

}  // namespace entrepot::node
