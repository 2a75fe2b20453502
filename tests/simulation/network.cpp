#include "tests/simulation/network.hpp"

#include <algorithm>

namespace entrepot::simulation {
namespace {

/// Messages on their way in one direction before the transport takes no more.
constexpr int high_water = 4;
constexpr std::int64_t heartbeat_ms = 3000;
/// A peer that was denied is dialled again only after this long.
constexpr std::int64_t denied_ms = 4000;

}  // namespace

bool Schedule::run_next(SteadyTime end) {
    if (events_.empty() || events_.begin()->first.first > end.ms) {
        now_ = std::max(now_, end);
        return false;
    }
    auto first = events_.extract(events_.begin());
    now_.ms = first.key().first;
    first.mapped()();
    return true;
}

Network::~Network() {
    for (const Shared& connection : connections_) {
        if (connection) {
            connection->broken = true;
            connection->session = {};
        }
    }
}

void Network::note(std::uint64_t value) {
    trace = (trace ^ value) * 1099511628211ull;
}

std::size_t Network::add_link(const SimulatedLink& link) {
    links_.push_back(link);
    connections_.emplace_back();
    dialling_.push_back(0);
    dial_later(links_.size() - 1);
    return links_.size() - 1;
}

void Network::take_down(std::size_t link) {
    links_[link].up = false;
    if (connections_[link]) {
        close(connections_[link]);
    }
}

void Network::bring_up(std::size_t link) {
    links_[link].up = true;
    links_[link].blocked = {};
    if (!connections_[link]) {
        dial_later(link);
    }
}

void Network::drop_connections(std::size_t node) {
    ++starts_[node];
    for (Shared& connection : connections_) {
        if (connection && (connection->node[0] == node || connection->node[1] == node)) {
            close(Shared(connection));
        }
    }
}

void Network::dial_later(std::size_t link, std::int64_t least_ms) {
    const std::uint64_t attempt = ++dialling_[link];
    schedule_.after(least_ms + dice_.between(0, 550), [this, link, attempt] {
        if (attempt == dialling_[link]) {
            dial(link);
        }
    });
}

void Network::dial(std::size_t link) {
    const SimulatedLink& along = links_[link];
    if (connections_[link] || !along.up) {
        return;
    }
    if (!nodes_[along.dialler]->is_up() || !nodes_[along.accepter]->is_up()) {
        dial_later(link);
        return;
    }
    auto made = std::make_shared<Connection>();
    made->link = link;
    made->node = {along.dialler, along.accepter};
    for (std::size_t side = 0; side < 2; ++side) {
        SimulatedNode& self = *nodes_[made->node[side]];
        const SimulatedNode& peer = *nodes_[made->node[1 - side]];
        made->session[side] = std::make_unique<Session>(
            self.replica(), self.session_self(), peer.session_self().transport,
            side == 0 ? Role::dialled : Role::accepted, dice_.entropy(), schedule_.now(), limits);
    }
    connections_[link] = made;
    ++connections_made;
    note(link);
    pump(made, 0);
    pump(made, 1);
}

void Network::close(Shared connection, std::int64_t wait_ms) {
    if (connection->broken) {
        return;
    }
    connection->broken = true;
    connection->session = {};
    connections_[connection->link].reset();
    note(connection->link + 1000);
    if (links_[connection->link].up) {
        dial_later(connection->link, wait_ms);
    }
}

void Network::pump(const Shared& connection, std::size_t side) {
    while (!connection->broken && connection->in_flight[side] < high_water) {
        auto message = connection->session[side]->next_message(schedule_.now());
        if (!message) {
            break;
        }
        send(connection, side, std::move(*message));
    }
    if (!connection->broken) {
        arm(connection, side);
    }
}

/// What a hostile network does to a message; false loses it.
bool Network::alter(Bytes& message, int& copies, std::int64_t& delay) {
    if (!hostile || quiet || !dice_.percent(3)) {
        return true;
    }
    switch (dice_.below(4)) {
        case 0:
            return false;
        case 1:
            copies = 2;
            break;
        case 2:
            delay += 40;
            break;
        default: {
            const std::uint64_t bit = dice_.below(message.size() * 8);
            message[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        }
    }
    return true;
}

void Network::send(const Shared& connection, std::size_t side, Bytes message) {
    const SimulatedLink& along = links_[connection->link];
    ++messages;
    for (const std::uint8_t byte : message) {
        trace = (trace ^ byte) * 1099511628211ull;
    }
    if (along.blocked[side] || connection->severed[side]) {
        // Nothing arrives; after some heartbeats both ends give the connection up.
        connection->severed[side] = true;
        schedule_.after(heartbeat_ms, [this, connection] { close(connection); });
        ++connection->in_flight[side];
        return;
    }
    std::int64_t delay = along.delay_ms + dice_.between(0, along.jitter_ms);
    int copies = 1;
    std::int64_t late = 0;
    if (!alter(message, copies, late)) {
        return;
    }
    std::int64_t& arrives = connection->arrives[side];
    std::int64_t at = std::max(arrives, schedule_.now().ms + delay);
    arrives = late > 0 ? arrives : at;  // a late one lets others pass
    at += late;
    for (int copy = 0; copy < copies; ++copy) {
        ++connection->in_flight[side];
        schedule_.after(at - schedule_.now().ms,
                        [this, connection, side, message] { deliver(connection, side, message); });
    }
}

void Network::deliver(const Shared& connection, std::size_t from, const Bytes& message) {
    if (connection->broken) {
        return;
    }
    --connection->in_flight[from];
    const std::size_t to = 1 - from;
    note(connection->node[to]);
    const Status status = connection->session[to]->receive(message, schedule_.now());
    if (on_delivered) {
        on_delivered(connection->node[from], connection->node[to]);
    }
    if (!status) {
        on_error(status.error());
        close(connection, status.error().code.kind() == ErrorKind::denied ? denied_ms : 50);
    }
    wake(connection->node[to]);
    if (!connection->broken) {
        pump(connection, from);
    }
}

void Network::wake(std::size_t node) {
    SimulatedNode& self = *nodes_[node];
    if (!self.is_up()) {
        return;
    }
    if (self.begin_transaction()) {
        const std::uint64_t starts = starts_[node];
        schedule_.after(dice_.between(1, 30),
                        [this, node, starts] { end_of_disk_write(node, starts); });
    }
    const bool moved = self.has_moved();
    for (std::size_t link = 0; link < connections_.size(); ++link) {
        const Shared connection = connections_[link];
        for (std::size_t side = 0; connection && side < 2; ++side) {
            if (connection->broken || connection->node[side] != node) {
                continue;
            }
            if (moved) {
                connection->session[side]->durable(schedule_.now());
            }
            pump(connection, side);
        }
    }
}

void Network::end_of_disk_write(std::size_t node, std::uint64_t starts) {
    if (starts != starts_[node] || !nodes_[node]->is_up()) {
        return;  // crashed meanwhile: nothing of it reached the disk
    }
    nodes_[node]->end_transaction();
    wake(node);
}

void Network::arm(const Shared& connection, std::size_t side) {
    const auto due = connection->session[side]->next_deadline();
    if (!due ||
        (connection->armed[side] > schedule_.now().ms && connection->armed[side] <= due->ms)) {
        return;
    }
    const std::int64_t at = std::max(due->ms, schedule_.now().ms + 1);
    connection->armed[side] = at;
    schedule_.after(at - schedule_.now().ms, [this, connection, side] {
        if (connection->broken || connection->armed[side] != schedule_.now().ms) {
            return;
        }
        connection->armed[side] = 0;
        if (const Status status = connection->session[side]->tick(schedule_.now()); !status) {
            on_error(status.error());
            close(connection);
            return;
        }
        pump(connection, side);
    });
}

bool Network::all_in_sync() const {
    for (std::size_t link = 0; link < links_.size(); ++link) {
        if (!links_[link].up) {
            continue;
        }
        const Shared& connection = connections_[link];
        if (!connection || !connection->session[0]->in_sync() ||
            !connection->session[1]->in_sync()) {
            return false;
        }
    }
    return true;
}

std::string Network::describe() const {
    std::string out;
    for (std::size_t link = 0; link < links_.size(); ++link) {
        out += "link " + nodes_[links_[link].dialler]->name() + "-" +
               nodes_[links_[link].accepter]->name();
        out += links_[link].up ? " up" : " down";
        if (const Shared& connection = connections_[link]) {
            for (const auto& session : connection->session) {
                out += session->in_sync()
                           ? " in sync"
                           : " state " + std::to_string(static_cast<int>(session->state()));
            }
        }
        out += "\n";
    }
    return out;
}

}  // namespace entrepot::simulation
