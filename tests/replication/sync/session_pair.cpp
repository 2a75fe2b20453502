#include "tests/replication/sync/session_pair.hpp"

#include <algorithm>

#include "crypto/base/ensure.hpp"

namespace entrepot::replication {

SessionPair::SessionPair(AdministrationFixture& administration, const std::string& dialler,
                         const std::string& accepter, std::uint64_t seed)
    : administration_(administration),
      dialler_(administration.identity(dialler), administration.roster(), seed),
      accepter_(administration.identity(accepter), administration.roster(), seed + 1) {}

void SessionPair::connect(SessionLimits limits) {
    disconnect();
    const auto open = [&](End& end, Role role) {
        end.status = {};
        end.session = std::make_unique<Session>(end.host.replica(), end.host.session_self(),
                                                other(end).host.session_self().transport, role,
                                                end.host.entropy(), now_, limits);
    };
    open(dialler_, Role::dialled);
    open(accepter_, Role::accepted);
}

void SessionPair::disconnect() {
    for (End* end : {&dialler_, &accepter_}) {
        end->session.reset();
        end->inbox.clear();
    }
}

bool SessionPair::send_one(End& from) {
    auto message = from.session ? from.session->next_message(now_) : std::nullopt;
    if (!message) {
        return false;
    }
    End& to = other(from);
    if (!on_message || on_message(to, *message)) {
        to.inbox.push_back(std::move(*message));
    }
    return true;
}

void SessionPair::deliver_one(End& to) {
    const Bytes message = std::move(to.inbox.front());
    to.inbox.pop_front();
    if (to.session && to.status) {
        to.status = to.session->receive(message, now_);
        if (settles) {
            settle(to);
        }
    }
}

void SessionPair::settle(End& end) {
    if (end.host.replica().has_writes()) {
        end.host.settle();
        if (end.session) {
            end.session->durable(now_);
        }
    }
}

void SessionPair::exchange() {
    bool busy = true;
    while (busy && !is_over()) {
        busy = false;
        for (End* end : {&dialler_, &accepter_}) {
            busy = send_one(*end) || busy;
            while (!end->inbox.empty()) {
                deliver_one(*end);
                busy = true;
            }
        }
    }
}

bool SessionPair::in_sync() const {
    return !is_over() && dialler_.session->in_sync() && accepter_.session->in_sync();
}

bool SessionPair::reach_sync(std::int64_t ms) {
    const std::int64_t end = now_.ms + ms;
    while (true) {
        exchange();
        if (is_over() || in_sync()) {
            return in_sync();
        }
        std::optional<SteadyTime> next;
        for (End* one : {&dialler_, &accepter_}) {
            const auto due = one->session->next_deadline();
            next = due && (!next || *due < *next) ? due : next;
        }
        if (!next || next->ms > end) {
            return false;
        }
        now_.ms = std::max(now_.ms + 1, next->ms);
        for (End* one : {&dialler_, &accepter_}) {
            one->status = one->status ? one->session->tick(now_) : one->status;
        }
    }
}

void SessionPair::write(End& end, const CompartmentId& compartment, std::size_t commits,
                        std::size_t bytes, std::size_t changes) {
    if (!keys_.contains(compartment)) {
        keys_.emplace(compartment, administration_.key(compartment));
    }
    for (std::size_t i = 0; i < commits; ++i) {
        std::vector<Bytes> packed;
        for (std::size_t change = 0; change < changes; ++change) {
            Bytes content(bytes);
            end.host.entropy().fill(content);
            packed.push_back(std::move(content));
        }
        const auto written = end.host.write(compartment, keys_.at(compartment), packed);
        ENSURE(written.has_value());
    }
    if (settles) {
        settle(end);
    }
}

bool SessionPair::holds_the_same() const {
    return dialler_.host.store().logs() == accepter_.host.store().logs() &&
           dialler_.host.store().roster().head() == accepter_.host.store().roster().head();
}

}  // namespace entrepot::replication
