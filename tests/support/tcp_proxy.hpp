// TcpProxy: a stretch of network between two nodes on loopback, in the hands of a test: it can be
// cut, held, and listened to. One thread moves the bytes.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot {

class TcpProxy {
public:
    /// Listens on a free port of 127.0.0.1; throws when it cannot.
    TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    ~TcpProxy();

    /// "tcp://127.0.0.1:port", for those who dial.
    std::string address() const;
    /// Where connections go from now on: an address of the same form.
    void lead_to(const std::string& address);

    /// Ends every connection, and every new one at once.
    void cut();
    /// Keeps connections but moves nothing; what comes waits in the system.
    void hold();
    /// Moves bytes again, and takes new connections.
    void open();

    /// Keeps every byte from now on, each direction of each connection in a stream of its own.
    void record();
    std::vector<Bytes> recorded() const;
    std::uint64_t moved_bytes() const { return moved_; }

private:
    enum class Standing { open, held, cut };
    struct Pipe {
        int from = -1, to = -1;
        Bytes queued;
        std::size_t stream = 0;
    };
    void run();
    void accept_one();
    void move(Pipe& pipe, short events, bool& ended);
    void end_all();
    void change(Standing standing);

    int listening_ = -1;
    int waking_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::uint16_t> target_{0};
    std::atomic<Standing> standing_{Standing::open};
    std::atomic<bool> ending_{false};
    std::atomic<bool> recording_{false};
    std::atomic<std::uint64_t> moved_{0};
    std::atomic<std::uint64_t> cuts_wanted_{0}, cuts_made_{0};
    std::vector<Pipe> pipes_;  ///< two for each connection, side by side
    mutable std::mutex mutex_;
    std::vector<Bytes> streams_;
    std::thread thread_;
};

}  // namespace entrepot
