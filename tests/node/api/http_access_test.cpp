#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "node/api/http_server.hpp"
#include "node/api/problem.hpp"
#include "tests/node/api/http_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::node {
namespace {

TEST(HttpServer, SaysThatTheSystemGivesNoDescriptor) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the sanitizer opens a pipe to look at an object, and takes none for a fault";
#endif
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::fcntl(0, F_DUPFD, 0);
    ::close(next);
    HttpServerOptions options;
    options.loopback = "127.0.0.1:0";
    const rlimit few{static_cast<rlim_t>(next) + 1, before.rlim_max};  // for the listening socket
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto server = HttpServer::start(options, &echo);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_THAT(server, HasCode(api_no_server));
}

/// What the server answers to a request of this account, asked by a process of its own.
std::string asked_as(uid_t account, const std::filesystem::path& socket) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        std::strncpy(to.sun_path, socket.c_str(), sizeof to.sun_path - 1);
        const int asking = ::socket(AF_UNIX, SOCK_STREAM, 0);
        constexpr std::string_view request =
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        char answer[4096];
        if (::setuid(account) == 0 &&
            ::connect(asking, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 &&
            ::send(asking, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
            for (ssize_t got = 1; got > 0;) {
                got = ::recv(asking, answer, sizeof answer, 0);
                got = got > 0 ? ::write(ends[1], answer, static_cast<std::size_t>(got)) : got;
            }
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string out;
    char block[4096];
    for (ssize_t got = 1; got > 0;) {
        got = ::read(ends[0], block, sizeof block);
        out.append(block, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return out;
}

TEST(HttpServer, AnswersItsOwnAccountAndTurnsOthersAway) {
    ServerOnSocket on(&echo);
    EXPECT_THAT(asked_as(::geteuid(), on.socket), testing::HasSubstr("200 OK"));
    if (::geteuid() != 0) {
        return;  // only root can ask as somebody else
    }
    // The file's mode keeps others out already; this opens it to see the second lock.
    for (auto at = on.socket; at.has_relative_path(); at = at.parent_path()) {
        ::chmod(at.c_str(), at == on.socket ? 0777 : 0755);
        if (at.parent_path() == std::filesystem::temp_directory_path()) {
            break;
        }
    }
    constexpr uid_t nobody = 65534;
    EXPECT_THAT(asked_as(nobody, on.socket),
                testing::HasSubstr(std::string(api_other_account.name())));
}

}  // namespace
}  // namespace entrepot::node
