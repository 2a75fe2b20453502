// Where an endpoint listens, what it refuses to start with, and what it does about noise.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "replication/transport/listen_address.hpp"
#include "replication/transport/self_test.hpp"
#include "replication/transport/zap_handler.hpp"
#include "tests/transport/endpoint_fixture.hpp"

namespace entrepot::replication {
namespace {

Error refusal_of(const std::string& address) {
    auto opened = ListeningSocket::open(address);
    EXPECT_FALSE(opened) << address << " was taken";
    return opened ? Error{transport_no_socket, ""} : std::move(opened).error();
}

TEST(ListeningSocket, SaysThatThePortIsInUse) {
    const auto first = ListeningSocket::open("tcp://127.0.0.1:*");
    ASSERT_TRUE(first);
    const Error error = refusal_of(first->bound_address());
    EXPECT_EQ(error.code, transport_port_in_use);
    EXPECT_THAT(error.context, testing::HasSubstr(first->bound_address()));
}

TEST(ListeningSocket, RefusesAddressesThatAreNone) {
    for (const char* address :
         {"", "127.0.0.1:5", "tcp://", "tcp://127.0.0.1", "tcp://:5",
          "tcp://127.0.0.1:", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:5x", "tcp://127.0.0.1:-1",
          "udp://127.0.0.1:5", "tcp://300.1.1.1:5", "tcp://192.0.2.1:0"}) {
        EXPECT_EQ(refusal_of(address).code, transport_bad_address) << address;
    }
}

TEST(ListeningSocket, SaysWhenThisAccountMayNotUseThePort) {
    std::optional<Error> refused;
    std::thread([&] {  // the call itself, not its wrapper: root gives up its rights here alone
        if (geteuid() != 0 || ::syscall(SYS_setresuid, -1, 65534, -1) == 0) {
            refused = refusal_of("tcp://127.0.0.1:1");
        }
    })
        .join();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, transport_not_permitted);
}

TEST(ListeningSocket, TellsThePortItWasGiven) {
    for (const char* address : {"tcp://127.0.0.1:0", "tcp://127.0.0.1:*", "tcp://*:0"}) {
        const auto opened = ListeningSocket::open(address);
        ASSERT_TRUE(opened) << address;
        EXPECT_EQ(opened->bound_address().rfind("tcp://", 0), 0u);
        EXPECT_THAT(opened->bound_address(), testing::Not(testing::EndsWith(":0")));
    }
}

TEST(ZmqEndpoint, DoesNotStartWithAnAddressItCannotDial) {
    for (const char* address : {"", "nonsense", "tcp://host", "ipc:///tmp/x", "tcp://host:99999"}) {
        Station station;
        ZmqEndpointOptions options;
        options.dial = {{address, any_key().public_key()}};
        const Status started = station.start(std::move(options));
        ASSERT_FALSE(started) << address;
        EXPECT_EQ(started.error().code, transport_bad_address);
    }
}

TEST(ZmqEndpoint, DoesNotStartOnAPortInUse) {
    Station first;
    first.listen({});
    Station second;
    ZmqEndpointOptions options;
    options.listen = first.endpoint->bound_address();
    const Status started = second.start(std::move(options));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, transport_port_in_use);
}

TEST(SelfTest, PassesWithTheHandlerAndEnforcement) {
    const TransportKey key = any_key();
    AllowList allowed;
    zmq::context_t context;
    const ZapHandler handler(context, allowed);
    EXPECT_TRUE(prove_strangers_are_refused(context, {key, quick_times()}, allowed));
}

TEST(SelfTest, FailsWhenNobodyAuthenticates) {
    const TransportKey key = any_key();
    AllowList allowed;
    zmq::context_t context;
    const Status proved =
        prove_strangers_are_refused(context, {key, quick_times(), false}, allowed);
    ASSERT_FALSE(proved);
    EXPECT_EQ(proved.error().code, transport_self_test);
    EXPECT_THAT(proved.error().context, testing::HasSubstr("lets a stranger in"));
}

TEST(SelfTest, FailsWhenTheHandlerIsMissingBecauseTheDomainIsEnforced) {
    const TransportKey key = any_key();
    AllowList allowed;
    zmq::context_t context;
    TransportTimes times = quick_times();
    times.self_test = milliseconds(300);
    const Status proved = prove_strangers_are_refused(context, {key, times}, allowed);
    ASSERT_FALSE(proved);
    EXPECT_EQ(proved.error().code, transport_self_test);
    EXPECT_THAT(proved.error().context, testing::Not(testing::HasSubstr("lets a stranger in")));
}

TEST(ZapHandler, GoesOnAfterASignal) {
    AllowList allowed;
    zmq::context_t context;
    const TransportKey key = any_key();
    struct sigaction quiet {};
    struct sigaction before {};
    quiet.sa_handler = [](int) {};
    ASSERT_EQ(sigaction(SIGUSR1, &quiet, &before), 0);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    ZapHandler handler(context, allowed);  // its thread alone takes the signal
    ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &blocked, nullptr), 0);
    for (int i = 0; i < 5; ++i) {  // after the first round the thread waits when the signal comes
        EXPECT_TRUE(prove_strangers_are_refused(context, {key, quick_times()}, allowed));
        ASSERT_EQ(kill(getpid(), SIGUSR1), 0);
    }
    EXPECT_TRUE(prove_strangers_are_refused(context, {key, quick_times()}, allowed));
    ASSERT_EQ(pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr), 0);
    ASSERT_EQ(sigaction(SIGUSR1, &before, nullptr), 0);
}

/// A plain TCP connection that says `text` and waits for the other side to end it.
class Noise {
public:
    Noise(const std::string& address, const std::string& text) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto port = std::stoi(address.substr(address.rfind(':') + 1));
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
        static_cast<void>(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL));
    }
    ~Noise() { ::close(descriptor_); }
    Noise(const Noise&) = delete;
    Noise& operator=(const Noise&) = delete;

private:
    int descriptor_ = -1;
};

TEST(ZmqEndpoint, IsNotMovedByNoiseOnItsPort) {
    Station server;
    Station client;
    server.listen({client.public_key()});
    crypto::SeededEntropy entropy(1);
    std::vector<std::unique_ptr<Noise>> noises;
    for (int i = 0; i < 64; ++i) {
        std::string noise(static_cast<std::size_t>(i * 17 + 1), '\0');
        entropy.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
        const std::string prefix = i % 3 == 0   ? std::string("GET / HTTP/1.1\r\n\r\n")
                                   : i % 3 == 1 ? std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03", 11)
                                                : std::string();
        noises.push_back(std::make_unique<Noise>(server.endpoint->bound_address(), prefix + noise));
    }
    client.dial(server);
    ASSERT_TRUE(run_until({&server, &client}, [&] { return server.count<Connected>() == 1; }));
    const Bytes message{1, 2, 3};
    ASSERT_TRUE(client.endpoint->send(client.connection(), message));
    ASSERT_TRUE(run_until({&server, &client}, [&] { return server.count<Received>() == 1; }));
    EXPECT_EQ(server.last_message(), message);
    EXPECT_EQ(server.count<Connected>(), 1u);
}

}  // namespace
}  // namespace entrepot::replication
