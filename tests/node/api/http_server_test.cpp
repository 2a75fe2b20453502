#include "node/api/http_server.hpp"

#include <gmock/gmock.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <condition_variable>
#include <mutex>

#include "node/api/http_exchange.hpp"
#include "node/api/problem.hpp"
#include "tests/node/api/http_fixture.hpp"

namespace entrepot::node {
namespace {

using testing::HasSubstr;

/// Requests that nobody has answered yet.
class Waiting {
public:
    HttpHandler handler() {
        return [this](const HttpRequest&, Responder responder) {
            const std::lock_guard lock(mutex_);
            responders_.push_back(std::move(responder));
            changed_.notify_all();
        };
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20),
                                      [&] { return responders_.size() >= count; }));
    }
    std::vector<Responder> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(responders_, {});
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Responder> responders_;
};

unsigned permissions_of(const std::filesystem::path& path) {
    struct stat found {};
    EXPECT_EQ(stat(path.c_str(), &found), 0);
    return found.st_mode & 0777;
}

TEST(HttpServer, GivesTheHandlerTheWholeRequest) {
    HttpRequest seen;
    ServerOnSocket on([&](HttpRequest request, Responder responder) {
        seen = std::move(request);
        responder.respond({201, {{"ETag", "\"7\""}}, {}});
    });
    ApiCall call{"PUT", "/records/a%20b?x=1&y=%C3%A9", {1, 2, 3}, {{"If-Match", "\"6\""}}};
    const ApiAnswer answer = on.ask(call);
    EXPECT_EQ(answer.status, 201u);
    EXPECT_EQ(answer.headers.at("etag"), "\"7\"");
    EXPECT_EQ(seen.method, "PUT");
    EXPECT_EQ(seen.path, "/records/a b");
    EXPECT_EQ(seen.query_value("x"), "1");
    EXPECT_EQ(seen.query_value("y"), "é");
    EXPECT_EQ(seen.query_value("z"), std::nullopt);
    EXPECT_EQ(seen.header("if-match"), "\"6\"");
    EXPECT_EQ(seen.body, (Bytes{1, 2, 3}));
    ASSERT_TRUE(seen.peer);
    EXPECT_EQ(seen.peer->uid, geteuid());
    EXPECT_EQ(seen.peer->pid, getpid());
}

TEST(HttpServer, IsOpenToThisAccountAlone) {
    ServerOnSocket on(&echo);
    EXPECT_EQ(permissions_of(on.socket), 0600u);
    EXPECT_EQ(permissions_of(on.socket.parent_path()), 0700u);
}

TEST(HttpServer, AnswersSixtyFourWaitingRequestsFromAnotherThread) {
    constexpr std::size_t count = 64;
    Waiting waiting;
    ServerOnSocket on(waiting.handler());
    std::atomic<std::size_t> answered{0};
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back([&] { answered += on.ask({}).status == 204 ? 1 : 0; });
    }
    waiting.wait_for(count);
    std::thread answering([&] {
        for (Responder& responder : waiting.take()) {
            responder.respond({204, {}, {}});
        }
    });
    answering.join();
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(answered, count);
}

TEST(HttpServer, CountsOnlyTheFirstAnswer) {
    ServerOnSocket on([](const HttpRequest&, Responder responder) {
        responder.respond(HttpResponse::json("first"));
        responder.respond(HttpResponse::json("second"));
    });
    EXPECT_EQ(text_of(on.ask({}).body), "first");
}

TEST(HttpServer, AnswersWith500WhenTheResponderIsDropped) {
    ServerOnSocket on([](const HttpRequest&, const Responder&) {});
    const ApiAnswer answer = on.ask({});
    EXPECT_EQ(answer.status, 500u);
    EXPECT_EQ(answer.error()->code, "api.unanswered");
}

TEST(HttpServer, AnswersWith500WhenTheHandlerThrows) {
    ServerOnSocket on(
        [](const HttpRequest&, const Responder&) { throw std::runtime_error("broken"); });
    const ApiAnswer answer = on.ask({});
    EXPECT_EQ(answer.status, 500u);
    EXPECT_EQ(answer.error()->code, "api.handler");
}

TEST(HttpServer, ServesOthersWhileOneClientDawdles) {
    ServerOnSocket on(&echo);
    RawConnection slow(on.socket);
    slow.say("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
    EXPECT_EQ(text_of(on.ask({}).body), "GET / 0");
    slow.say("cd");
    EXPECT_THAT(slow.read_until("POST /slow 4"), HasSubstr("POST /slow 4"));
}

TEST(HttpServer, RefusesABodyAboveTheLimit) {
    HttpServerOptions options;
    options.largest_body = 1000;
    ServerOnSocket on(&echo, options);
    EXPECT_EQ(text_of(on.ask({"POST", "/", Bytes(1000, 'x'), {}}).body), "POST / 1000");
    const ApiAnswer answer = on.ask({"POST", "/", Bytes(1001, 'x'), {}});
    EXPECT_EQ(answer.status, 413u);
    EXPECT_EQ(answer.error()->code, "api.body_too_large");
    EXPECT_EQ(on.ask({"POST", "/", Bytes(5'000'000, 'x'), {}}).status, 413u);
}

TEST(HttpServer, RefusesAChunkedBodyAboveTheLimit) {
    HttpServerOptions options;
    options.largest_body = 10;
    ServerOnSocket on(&echo, options);
    RawConnection raw(on.socket);
    raw.say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "b\r\n01234567890\r\n0\r\n\r\n");
    EXPECT_THAT(raw.read_until("detail"), HasSubstr(" 413 "));
}

TEST(HttpServer, RefusesARequestThatTellsItsLengthTwice) {
    ServerOnSocket on(&echo);
    for (const char* lengths : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                                "Content-Length: 3\r\nContent-Length: 5\r\n"}) {
        RawConnection raw(on.socket);
        raw.say(std::string("POST / HTTP/1.1\r\nHost: x\r\n") + lengths +
                "\r\n3\r\nabc\r\n0\r\n\r\n");
        EXPECT_THAT(raw.read_all(), HasSubstr(" 400 ")) << lengths;
    }
    RawConnection raw(on.socket);
    raw.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n0\r\n\r\n");
    EXPECT_THAT(raw.read_all(), HasSubstr(std::string(api_two_lengths.name())));
}

TEST(HttpServer, SurvivesGarbage) {
    ServerOnSocket on(&echo);
    for (int i = 0; i < 64; ++i) {
        RawConnection raw(on.socket);
        std::string garbage;
        for (int j = 0; j < 50 * i + 1; ++j) {
            garbage += static_cast<char>((i * 131 + j * j * 7 + 3) & 0xff);
        }
        raw.say(garbage);
    }
    EXPECT_EQ(text_of(on.ask({}).body), "GET / 0");
}

TEST(HttpServer, AnswersWaitingRequestsWith503WhenItStops) {
    Waiting waiting;
    ServerOnSocket on(waiting.handler());
    std::vector<std::thread> clients;
    std::atomic<int> told{0};
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            const ApiAnswer answer = on.ask({});
            const auto error = answer.error();
            told += answer.status == 503 && error && error->code == api_stopping.name() ? 1 : 0;
        });
    }
    waiting.wait_for(8);
    on.server->stop();
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(told, 8);
    for (Responder& responder : waiting.take()) {
        responder.respond({200, {}, {}});  // too late, and harmless
    }
}

TEST(HttpServer, LetsAResponderOutliveIt) {
    Waiting waiting;
    {
        ServerOnSocket on(waiting.handler());
        std::thread client([&] { on.ask({}); });
        waiting.wait_for(1);
        on.server.reset();
        client.join();
    }
    waiting.take().front().respond({200, {}, {}});
}

TEST(HttpServer, DoesNotStartWhereAnotherAnswers) {
    ServerOnSocket on(&echo);
    HttpServerOptions options;
    options.socket = on.socket;
    const auto second = HttpServer::start(options, &echo);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, api_socket_in_use);
    EXPECT_EQ(text_of(on.ask({}).body), "GET / 0");
}

TEST(HttpServer, TakesThePlaceOfAServerThatIsGone) {
    const ScratchFolder folder;
    HttpServerOptions options;
    options.socket = folder / "api.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, options.socket.c_str(), sizeof address.sun_path - 1);
    const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(dead);
    EXPECT_TRUE(HttpServer::start(options, &echo));
}

TEST(HttpServer, RefusesASocketPathItCannotUse) {
    const ScratchFolder folder;
    HttpServerOptions options;
    for (const auto& path : {folder / std::string(200, 'x'), folder / "no/such/folder/api.sock",
                             std::filesystem::path(), folder / "taken"}) {
        if (path.filename() == "taken") {
            std::filesystem::create_directory(path);
        }
        options.socket = path;
        const auto started = HttpServer::start(options, &echo);
        ASSERT_FALSE(started) << path;
        EXPECT_EQ(started.error().code, api_socket_path) << path;
    }
}

TEST(HttpServer, RemovesItsSocketWhenItEnds) {
    ServerOnSocket on(&echo);
    on.server.reset();
    EXPECT_FALSE(std::filesystem::exists(on.socket));
}

TEST(HttpServer, StreamsLinesFromAnotherThread) {
    ServerOnSocket on([](const HttpRequest&, Responder responder) {
        std::thread([responder = std::move(responder)]() mutable {
            HttpStream stream = responder.stream(HttpResponse::json("{\"n\":0}\n"), "\n");
            for (int i = 1; i < 1000; ++i) {
                stream.write("{\"n\":" + std::to_string(i) + "}\n");
            }
        }).detach();
    });
    std::vector<std::string> lines;
    auto client = on.client();
    ASSERT_TRUE(client.stream({}, [&](std::string_view line) {
        lines.emplace_back(line);
        return true;
    }));
    ASSERT_EQ(lines.size(), 1000u);
    EXPECT_EQ(lines.back(), "{\"n\":999}");
}

TEST(HttpServer, NoticesByItsHeartbeatThatAStreamsClientIsGone) {
    HttpServerOptions options;
    options.heartbeat = std::chrono::milliseconds(5);
    std::mutex mutex;
    std::optional<HttpStream> stream;
    ServerOnSocket on(
        [&](const HttpRequest&, Responder responder) {
            const std::lock_guard lock(mutex);
            stream = responder.stream(HttpResponse::json("{}\n"), ":\n");
        },
        options);
    {
        RawConnection raw(on.socket);
        raw.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(raw.read_until("\n:\n"), HasSubstr("{}\n"));  // the first beat, too
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool is_gone = false;
    while (!is_gone && std::chrono::steady_clock::now() < deadline) {
        const std::lock_guard lock(mutex);
        is_gone = !stream->write("");
        std::this_thread::yield();
    }
    EXPECT_TRUE(is_gone);
}

TEST(HttpServer, EndsStreamsWhenItStops) {
    std::optional<HttpStream> stream;
    ServerOnSocket on([&](const HttpRequest&, Responder responder) {
        stream = responder.stream(HttpResponse::json("{}\n"), ":\n");
    });
    auto client = on.client();
    const auto answer = client.stream({}, [&](std::string_view) {
        std::thread([&] { on.server->stop(); }).join();
        return true;
    });
    EXPECT_TRUE(answer);
    EXPECT_FALSE(stream->write("late\n"));
}

TEST(HttpServer, ServesOneLoopbackPortToTheHostsAndOriginsItKnows) {
    HttpServerOptions options;
    options.loopback = "127.0.0.1:0";
    options.hosts = {"127.0.0.1:8420"};
    options.origins = {"http://127.0.0.1:8420"};
    const auto server = HttpServer::start(options, &echo);
    ASSERT_TRUE(server) << server.error().context;
    EXPECT_NE((*server)->port(), 0);
    std::string said;
    const auto status_with = [&](const std::string& headers) {
        sockaddr_in to{AF_INET, htons((*server)->port()), {htonl(INADDR_LOOPBACK)}, {}};
        const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(connect(descriptor, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
        const std::string request = "GET / HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n";
        EXPECT_GT(::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL), 0);
        std::string text(4096, '\0');
        std::size_t size = 0;
        for (ssize_t got = 1; got > 0;) {
            got = ::recv(descriptor, text.data() + size, text.size() - size, 0);
            size += got > 0 ? static_cast<std::size_t>(got) : 0;
        }
        ::close(descriptor);
        said = text;
        return text.substr(9, 3);
    };
    EXPECT_EQ(status_with("Host: 127.0.0.1:8420\r\n"), "200");
    EXPECT_EQ(status_with("Host: evil.example\r\n"), "421");
    EXPECT_THAT(said, HasSubstr(std::string(api_wrong_host.name())));
    EXPECT_EQ(status_with("Host: 127.0.0.1:8420\r\nOrigin: http://evil.example\r\n"), "403");
    EXPECT_THAT(said, HasSubstr(std::string(api_wrong_origin.name())));
    EXPECT_EQ(status_with("Host: 127.0.0.1:8420\r\nOrigin: http://127.0.0.1:8420\r\n"), "200");
}

TEST(HttpServer, ListensOnNoAddressButLoopback) {
    for (const char* address : {"0.0.0.0:80", "127.0.0.2:80", "localhost:80", "127.0.0.1",
                                "127.0.0.1:", "127.0.0.1:99999", "[::]:80"}) {
        HttpServerOptions options;
        options.loopback = address;
        const auto server = HttpServer::start(options, &echo);
        ASSERT_FALSE(server) << address;
        EXPECT_EQ(server.error().code, api_not_loopback) << address;
    }
}

TEST(HttpServer, SaysThatThePortIsInUse) {
    HttpServerOptions options;
    options.loopback = "127.0.0.1:0";
    const auto first = HttpServer::start(options, &echo);
    ASSERT_TRUE(first);
    options.loopback = "127.0.0.1:" + std::to_string((*first)->port());
    const auto second = HttpServer::start(options, &echo);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, api_port_in_use);
}

}  // namespace
}  // namespace entrepot::node
