// A server on a socket of its own, and raw connections to be rude with.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "node/api/http_client.hpp"
#include "node/api/http_server.hpp"

namespace entrepot::node {

/// A folder that goes with the test; short, because socket paths are.
class ScratchFolder {
public:
    ScratchFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "api-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

struct ServerOnSocket {
    ScratchFolder folder;
    std::filesystem::path socket = folder / "node/api.sock";
    std::unique_ptr<HttpServer> server;

    explicit ServerOnSocket(HttpHandler handler, HttpServerOptions options = {}) {
        options.socket = socket;
        auto started = HttpServer::start(std::move(options), std::move(handler));
        EXPECT_TRUE(started) << started.error().context;
        server = std::move(started).value();
    }
    HttpClient client(std::chrono::milliseconds timeout = std::chrono::seconds(20)) const {
        HttpClientOptions options;
        options.socket = socket;
        options.timeout = timeout;
        return HttpClient(options);
    }
    ApiAnswer ask(const ApiCall& call) const {
        auto answer = client().request(call);
        EXPECT_TRUE(answer) << answer.error().context;
        return answer ? std::move(answer).value() : ApiAnswer();
    }
};

inline std::string text_of(const Bytes& bytes) { return std::string(as_text(bytes)); }

/// Answers with the method, the path and the number of bytes of the body.
inline void echo(const HttpRequest& request, Responder responder) {
    responder.respond(HttpResponse::json(request.method + " " + request.path + " " +
                                         std::to_string(request.body.size())));
}

/// A connection that sends what it is told and reads until the server ends it.
class RawConnection {
public:
    explicit RawConnection(const std::filesystem::path& path) {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
        descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    }
    ~RawConnection() { ::close(descriptor_); }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    void say(std::string_view text) {
        static_cast<void>(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL));
    }
    std::string read_until(std::string_view end) {
        std::string out;
        char block[4096];
        while (out.find(end) == std::string::npos) {
            const ssize_t got = ::recv(descriptor_, block, sizeof block, 0);
            if (got <= 0) {
                break;
            }
            out.append(block, static_cast<std::size_t>(got));
        }
        return out;
    }
    /// What comes until the connection ends.
    std::string read_all() { return read_until(std::string(1, '\0') + "never"); }

private:
    int descriptor_ = -1;
};

}  // namespace entrepot::node
