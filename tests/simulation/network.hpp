// Network: links between simulated nodes and the connections on them. A connection keeps order or
// breaks, as TCP does; in a hostile run messages are also lost, doubled, swapped and altered.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>

#include "replication/sync/session.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/simulated_node.hpp"

namespace entrepot::simulation {

/// Virtual time and what is due. Events of one moment run in the order they were made.
class Schedule {
public:
    SteadyTime now() const { return now_; }
    void after(std::int64_t ms, std::function<void()> event) {
        events_.emplace(std::pair{now_.ms + ms, ++made_}, std::move(event));
    }
    /// Runs the next event unless it is later than `end`.
    bool run_next(SteadyTime end);

private:
    SteadyTime now_;
    std::uint64_t made_ = 0;
    std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

/// Where two nodes may meet; the first one dials.
struct SimulatedLink {
    std::size_t dialler = 0, accepter = 0;
    bool up = true;
    std::int64_t delay_ms = 20, jitter_ms = 10;
    std::array<bool, 2> blocked{};  ///< one-way cut: nothing from side i arrives
};

class Network {
public:
    Network(std::vector<std::unique_ptr<SimulatedNode>>& nodes, Schedule& schedule, Dice& dice)
        : nodes_(nodes), schedule_(schedule), dice_(dice) {}
    /// Sessions end before the replicas that they use; events may outlive both.
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    std::size_t add_link(const SimulatedLink& link);
    SimulatedLink& link(std::size_t index) { return links_[index]; }
    std::size_t link_count() const { return links_.size(); }
    void take_down(std::size_t link);
    void bring_up(std::size_t link);
    /// Breaks every connection of a node.
    void drop_connections(std::size_t node);
    /// Lets all sessions of a node say what they have to, and its disk start.
    void wake(std::size_t node);
    /// Whether every link that is up has two sessions that know to be in sync.
    bool all_in_sync() const;

    bool hostile = false;
    SessionLimits limits;
    bool quiet = false;  ///< no faults: every link stays as it is
    std::function<void(std::size_t from, std::size_t to)> on_delivered;
    /// With the code that ended a session.
    std::function<void(const Error&)> on_error;
    std::uint64_t trace = 14695981039346656037ull;  ///< hash of everything that happened
    std::uint64_t connections_made = 0, messages = 0;

    std::string describe() const;

private:
    struct Connection {
        std::size_t link = 0;
        std::array<std::size_t, 2> node{};
        std::array<std::unique_ptr<Session>, 2> session;
        std::array<int, 2> in_flight{};         ///< from side i
        std::array<std::int64_t, 2> arrives{};  ///< last arrival of what side i sent
        std::array<std::int64_t, 2> armed{};
        std::array<bool, 2> severed{};  ///< what side i sends is lost from now on
        bool broken = false;
    };
    using Shared = std::shared_ptr<Connection>;

    void dial_later(std::size_t link, std::int64_t least_ms = 50);
    void dial(std::size_t link);
    void close(Shared connection, std::int64_t wait_ms = 50);
    void pump(const Shared& connection, std::size_t side);
    void send(const Shared& connection, std::size_t side, Bytes message);
    void deliver(const Shared& connection, std::size_t from, const Bytes& message);
    void arm(const Shared& connection, std::size_t side);
    void end_of_disk_write(std::size_t node, std::uint64_t starts);
    bool alter(Bytes& message, int& copies, std::int64_t& delay);
    void note(std::uint64_t value);

    std::vector<std::unique_ptr<SimulatedNode>>& nodes_;
    Schedule& schedule_;
    Dice& dice_;
    std::vector<SimulatedLink> links_;
    std::vector<Shared> connections_;              ///< by link, may be null
    std::vector<std::uint64_t> dialling_;          ///< by link: attempts made so far
    std::map<std::size_t, std::uint64_t> starts_;  ///< by node: crashes so far
};

}  // namespace entrepot::simulation
