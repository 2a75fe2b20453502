#include "node/api/http_exchange.hpp"

#include <algorithm>
#include <cstring>

#include "node/api/problem.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t most_unread_stream = 1024 * 1024;
constexpr std::size_t stream_block = 16 * 1024;

void free_bytes(void* bytes) { delete static_cast<Bytes*>(bytes); }

using ExchangePointer = std::shared_ptr<HttpExchange>;

ssize_t read_stream(void* exchange, std::uint64_t, char* to, std::size_t most) {
    return (*static_cast<ExchangePointer*>(exchange))->take_stream(to, most);
}
void free_exchange(void* exchange) { delete static_cast<ExchangePointer*>(exchange); }

void add_headers(MHD_Response* to, const HttpResponse& response) {
    MHD_add_response_header(to, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(to, "Cache-Control", "no-store");
    for (const auto& [name, value] : response.headers) {
        MHD_add_response_header(to, name.c_str(), value.c_str());
    }
}

MHD_Result queue(MHD_Connection* connection, unsigned status, MHD_Response* response) {
    if (response == nullptr) {
        return MHD_NO;
    }
    const MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

MHD_Result queue_stream(MHD_Connection* connection, const HttpResponse& head,
                        ExchangePointer exchange) {
    auto* keep = new ExchangePointer(std::move(exchange));
    MHD_Response* response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, stream_block, &read_stream, keep, &free_exchange);
    if (response == nullptr) {
        delete keep;
        return MHD_NO;
    }
    add_headers(response, head);
    return queue(connection, head.status, response);
}

}  // namespace

MHD_Result queue_now(MHD_Connection* connection, HttpResponse response, bool close) {
    auto* body = new Bytes(std::move(response.body));
    MHD_Response* out = MHD_create_response_from_buffer_with_free_callback_cls(
        body->size(), body->data(), &free_bytes, body);
    if (out == nullptr) {
        delete body;
        return MHD_NO;
    }
    add_headers(out, response);
    if (close) {
        MHD_add_response_header(out, "Connection", "close");
    }
    return queue(connection, response.status, out);
}

void HttpExchange::set_answer(HttpResponse response) {
    if (is_answered_) {
        return;
    }
    is_answered_ = true;
    answer_ = std::move(response);
    resume();
}

void HttpExchange::answer_if_stopping() {
    if (gate->stopping) {
        set_answer(problem_response({api_stopping, "the node is stopping"}));
    }
}

void HttpExchange::respond(HttpResponse response) {
    const std::lock_guard lock(gate->mutex);
    set_answer(std::move(response));
}

void HttpExchange::begin_stream(HttpResponse head, std::string beat_text) {
    const std::lock_guard lock(gate->mutex);
    if (is_answered_) {
        return;
    }
    is_stream_ = true;
    stream_pending_ = std::string(as_text(head.body));
    heartbeat_ = std::move(beat_text);
    set_answer(std::move(head));
}

bool HttpExchange::write(std::string_view bytes) {
    const std::lock_guard lock(gate->mutex);
    if (connection == nullptr || !is_stream_ || stream_ended_) {
        return false;
    }
    if (stream_pending_.size() + bytes.size() > most_unread_stream) {
        stream_ended_ = true;
        return false;
    }
    stream_pending_ += bytes;
    resume();
    return true;
}

void HttpExchange::end() {
    const std::lock_guard lock(gate->mutex);
    stream_ended_ = true;
    resume();
}

bool HttpExchange::dispatch() {
    const std::lock_guard lock(gate->mutex);
    is_dispatched = true;
    ++gate->dispatched;
    answer_if_stopping();
    return !is_answered_;
}

MHD_Result HttpExchange::proceed() {
    std::unique_lock lock(gate->mutex);
    answer_if_stopping();  // the stop may have come while the handler ran
    if (!is_answered_) {
        suspend();
        return MHD_YES;
    }
    if (!answer_) {
        return MHD_YES;
    }
    HttpResponse response = std::move(*answer_);
    answer_.reset();
    const bool is_last = gate->stopping;
    // Unlocked, as libmicrohttpd holds a response's own lock when it asks a stream for more.
    lock.unlock();
    return is_stream_ ? queue_stream(connection, response, shared_from_this())
                      : queue_now(connection, std::move(response), is_last);
}

ssize_t HttpExchange::take_stream(char* to, std::size_t most) {
    const std::lock_guard lock(gate->mutex);
    if (stream_pending_.empty()) {
        if (stream_ended_ || gate->stopping) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        suspend();
        return 0;
    }
    const std::size_t taken = std::min(most, stream_pending_.size());
    std::memcpy(to, stream_pending_.data(), taken);
    stream_pending_.erase(0, taken);
    return static_cast<ssize_t>(taken);
}

void HttpExchange::suspend() {
    MHD_suspend_connection(connection);
    gate->suspended.insert(this);
}

void HttpExchange::resume() {
    if (gate->suspended.erase(this) != 0) {
        MHD_resume_connection(connection);
    }
}

void HttpExchange::forget_connection() {
    const std::lock_guard lock(gate->mutex);
    connection = nullptr;
    gate->suspended.erase(this);
    if (is_dispatched) {
        --gate->dispatched;
        gate->changed.notify_all();
    }
}

void HttpExchange::stop_waiting() {
    stream_ended_ = true;
    answer_if_stopping();
    resume();
}

void HttpExchange::beat() {
    if (is_stream_ && stream_pending_.empty() && !heartbeat_.empty()) {
        stream_pending_ = heartbeat_;
        resume();
    }
}

}  // namespace entrepot::node
