// SessionPair: two hosts of one administration and a connection between them, under a clock that
// only the test moves. Messages wait in two queues, so that a test can look, cut, drop or alter.
#pragma once

#include <deque>
#include <functional>

#include "tests/support/administration_fixture.hpp"
#include "tests/support/replica_host.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::replication {

/// One end: a host and its session, if it is up.
struct End {
    End(const crypto::Identity& identity, const Roster& roster, std::uint64_t seed)
        : host(identity, roster, seed) {}

    ReplicaHost host;
    std::unique_ptr<Session> session;
    std::deque<Bytes> inbox;  ///< on its way to this end
    Status status;            ///< what ended the session
};

class SessionPair {
public:
    /// Airport dials headquarters unless told otherwise.
    explicit SessionPair(AdministrationFixture& administration,
                         const std::string& dialler = "airport",
                         const std::string& accepter = "headquarters", std::uint64_t seed = 11);

    End& dialler() { return dialler_; }
    End& accepter() { return accepter_; }
    SteadyTime now() const { return now_; }
    void advance(std::int64_t ms) { now_.ms += ms; }

    void connect(SessionLimits limits = {});
    void disconnect();
    /// Lets each end's writes become durable as soon as there are any (the default) or only by
    /// hand.
    bool settles = true;
    /// Called with each message before it is delivered; false loses it.
    std::function<bool(End& to, Bytes& message)> on_message;

    /// Moves messages until neither end has anything to say now; time stands still.
    void exchange();
    /// Exchanges and moves time to the next deadline until both are in sync or over; at most `ms`.
    bool reach_sync(std::int64_t ms = 10'000);
    bool in_sync() const;
    bool is_over() const { return !dialler_.status || !accepter_.status; }
    const Error& error() const {
        return dialler_.status ? accepter_.status.error() : dialler_.status.error();
    }
    /// One message of this end onto the other's queue; false if it has none.
    bool send_one(End& from);
    /// Delivers the first waiting message of this end.
    void deliver_one(End& to);
    void settle(End& end);

    /// Writes commits of `changes` changes of random bytes each into the compartment.
    void write(End& end, const CompartmentId& compartment, std::size_t commits,
               std::size_t bytes = 100, std::size_t changes = 1);
    bool holds_the_same() const;

private:
    End& other(End& end) { return &end == &dialler_ ? accepter_ : dialler_; }
    AdministrationFixture& administration_;
    End dialler_, accepter_;
    SteadyTime now_{1000};
    std::map<CompartmentId, crypto::Secret> keys_;
};

}  // namespace entrepot::replication
