// The handles that handlers answer with, and the small things of requests and responses.
#include "node/api/http_exchange.hpp"
#include "node/api/problem.hpp"

namespace entrepot::node {
namespace {

using ExchangePointer = std::shared_ptr<HttpExchange>;

std::string_view find(const std::map<std::string, std::string>& in, const std::string& name) {
    const auto found = in.find(name);
    return found == in.end() ? std::string_view() : std::string_view(found->second);
}

/// A pointer whose last copy calls `last_words` on the exchange.
template <class LastWords>
ExchangePointer with_last_words(ExchangePointer exchange, LastWords last_words) {
    HttpExchange* raw = exchange.get();
    return ExchangePointer(raw, [exchange = std::move(exchange), last_words](HttpExchange* self) {
        last_words(*self);
    });
}

}  // namespace

std::string_view HttpRequest::header(const std::string& name) const { return find(headers, name); }
std::string_view HttpRequest::capture(const std::string& name) const {
    return find(captures, name);
}
std::optional<std::string> HttpRequest::query_value(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::nullopt : std::optional(found->second);
}

HttpResponse HttpResponse::json(std::string text, unsigned status) {
    const ByteView bytes = as_bytes(text);
    return {status, {{"Content-Type", "application/json"}}, Bytes(bytes.begin(), bytes.end())};
}

Responder::Responder(std::shared_ptr<HttpExchange> exchange)
    : exchange_(with_last_words(std::move(exchange), [](HttpExchange& self) {
          self.respond(problem_response({api_unanswered, "the node gave no answer"}, 500));
      })) {}

void Responder::respond(HttpResponse response) { exchange_->respond(std::move(response)); }

HttpStream Responder::stream(HttpResponse head, std::string heartbeat) {
    exchange_->begin_stream(std::move(head), std::move(heartbeat));
    return HttpStream(exchange_);
}

HttpStream::HttpStream(std::shared_ptr<HttpExchange> exchange)
    : exchange_(with_last_words(std::move(exchange), [](HttpExchange& self) { self.end(); })) {}

bool HttpStream::write(std::string_view bytes) { return exchange_->write(bytes); }
void HttpStream::end() { exchange_->end(); }

}  // namespace entrepot::node
