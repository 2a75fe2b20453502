#include "node/api/http_client.hpp"

#include <gmock/gmock.h>

#include "node/api/problem.hpp"
#include "tests/node/api/http_fixture.hpp"

namespace entrepot::node {
namespace {

TEST(HttpClient, SaysThatNoNodeIsRunning) {
    const ScratchFolder folder;
    HttpClientOptions options;
    options.socket = folder / "nobody.sock";
    const auto answer = HttpClient(options).request({});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, api_no_node);
    EXPECT_THAT(answer.error().context,
                testing::HasSubstr("no node is running at " + options.socket.string()));
}

TEST(HttpClient, KeepsItsConnection) {
    ServerOnSocket on(&echo);
    auto client = on.client();
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.request({});
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->headers.count("connection"), 0u);
    }
}

TEST(HttpClient, GivesUpWhenItsTimeIsOver) {
    std::optional<Responder> kept;
    ServerOnSocket on([&](const HttpRequest&, Responder responder) { kept = responder; });
    const auto answer = on.client(std::chrono::milliseconds(50)).request({});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, api_timeout);
}

TEST(HttpClient, ReportsAnAnswerThatBreaksOff) {
    const ScratchFolder folder;
    const auto path = folder / "half.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listening, 1), 0);
    std::thread server([&] {
        const int accepted = accept(listening, nullptr, nullptr);
        char request[4096];
        EXPECT_GT(::recv(accepted, request, sizeof request, 0), 0);
        const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        EXPECT_GT(::send(accepted, half.data(), half.size(), MSG_NOSIGNAL), 0);
        ::close(accepted);
    });
    HttpClientOptions options;
    options.socket = path;
    const auto answer = HttpClient(options).request({});
    server.join();
    ::close(listening);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, api_broken_answer);
}

TEST(HttpClient, TurnsProblemDetailsBackIntoAnError) {
    ServerOnSocket on([](const HttpRequest&, Responder responder) {
        responder.respond(problem_response({api_socket_in_use, "it is \"in use\" \xff"}));
    });
    const auto error = on.ask({}).error();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "api.socket_in_use");
    EXPECT_THAT(error->detail, testing::HasSubstr("it is \"in use\""));
    EXPECT_EQ(error->status, 503u);
    EXPECT_EQ(error->kind(), ErrorKind::unavailable);
}

TEST(HttpClient, NamesTheStatusWhenThereAreNoProblemDetails) {
    for (const char* body : {"", "not JSON", "[1]", "{\"code\":7}"}) {
        ServerOnSocket on([&](const HttpRequest&, Responder responder) {
            responder.respond(HttpResponse::json(body, 404));
        });
        const auto error = on.ask({}).error();
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code, "api.status");
        EXPECT_EQ(error->kind(), ErrorKind::not_found);
    }
}

TEST(HttpClient, StopsAStreamWhenToldTo) {
    std::optional<HttpStream> stream;
    ServerOnSocket on([&](const HttpRequest&, Responder responder) {
        stream = responder.stream(HttpResponse::json("one\n:beat\n\ntwo\nthree\n"), "\n");
    });
    std::vector<std::string> lines;
    auto client = on.client();
    ASSERT_TRUE(client.stream({}, [&](std::string_view line) {
        lines.emplace_back(line);
        return lines.size() < 2;
    }));
    EXPECT_THAT(lines, testing::ElementsAre("one", "two"));
}

TEST(HttpClient, CarriesLargeBodiesBothWays) {
    ServerOnSocket on([](HttpRequest request, Responder responder) {
        responder.respond({200, {}, std::move(request.body)});
    });
    Bytes body(8 * 1024 * 1024);
    for (std::size_t i = 0; i < body.size(); ++i) {
        body[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    }
    EXPECT_EQ(on.ask({"POST", "/", body, {}}).body, body);
}

TEST(PercentEncode, LeavesNothingThatWouldEndAPath) {
    EXPECT_EQ(percent_encode("a/b?c=d&e#f %\xc3\xa9~"), "a%2Fb%3Fc%3Dd%26e%23f%20%25%C3%A9~");
}

TEST(Problem, GivesEveryKindAStatusThatMeansItAgain) {
    for (const ErrorKind kind :
         {ErrorKind::invalid_input, ErrorKind::refused, ErrorKind::denied, ErrorKind::not_found,
          ErrorKind::conflict, ErrorKind::unavailable, ErrorKind::locked, ErrorKind::storage}) {
        EXPECT_EQ(kind_of_status(status_of(kind)), kind);
    }
}

}  // namespace
}  // namespace entrepot::node
