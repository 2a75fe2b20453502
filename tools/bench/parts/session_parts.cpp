// W3n in memory: an idle check between two live sessions, without transport: messages and bytes.
#include <benchmark/benchmark.h>

#include "replication/roster/roster_author.hpp"
#include "replication/sync/session.hpp"
#include "tools/bench/parts/samples.hpp"

namespace entrepot::bench {
namespace {

using namespace replication;

class NothingStored final : public CommitReader {
public:
    Result<Bytes> read(const LogId&, CommitNumber) const override {
        return Error{store_commit_missing, "nothing is stored here"};
    }
};

/// An administration of two nodes: the first certificate a headquarters', the second a unit's.
class TwoNodes {
public:
    TwoNodes() : root_((samples(), crypto::SigningKey::generate(entropy_))) {
        const auto recovery = crypto::BoxKey::generate(entropy_);
        Genesis genesis;
        genesis.country = "JM";
        genesis.threshold = 1;
        genesis.roots = {root_.public_key()};
        genesis.recovery = recovery.public_key();
        entropy_.fill(genesis.salt.mutable_view());
        add(std::move(genesis), root_);
        const auto roster_key = crypto::SigningKey::generate(entropy_);
        NodeCertificate first = certificate(NodeKind::headquarters);
        first.roster_key = roster_key.public_key();
        add(std::move(first), root_);
        add(certificate(NodeKind::unit), roster_key);
    }

    const Roster& roster() const { return roster_; }
    const crypto::Identity& node(std::size_t number) const { return nodes_[number]; }
    crypto::Entropy& entropy() { return entropy_; }

private:
    void add(EntryContent content, const crypto::SigningKey& signer) {
        const crypto::SigningKey* key = &signer;
        must(roster_.append(sign_entry(roster_, {1}, std::move(content), {&key, 1})));
    }
    NodeCertificate certificate(NodeKind kind) {
        constexpr std::uint32_t block = 100;
        auto identity = crypto::Identity::generate(entropy_);
        NodeCertificate out;
        out.identity = identity.public_part();
        out.kind = kind;
        out.unit = entropy_.fixed<UnitId>();
        out.numbers = {next_number_, block};
        out.spare_numbers = {next_number_ + block, block};
        next_number_ += 2 * block;
        out.possession =
            identity.sign().sign(crypto::domain::possession, {out.identity.encode()});
        nodes_.push_back(std::move(identity));
        return out;
    }

    crypto::SystemEntropy entropy_;
    crypto::SigningKey root_;
    Roster roster_;
    std::vector<crypto::Identity> nodes_;
    std::uint32_t next_number_ = 1;
};

/// A node with nothing in its store, and its session with the other.
struct End {
    End(TwoNodes& nodes, std::size_t self, std::size_t peer, Role role)
        : replica({nodes.node(self).id(), nodes.roster(), {}, {}}, store),
          session(replica,
                  {&nodes.node(self).sign(), nodes.node(self).transport().public_key()},
                  nodes.node(peer).transport().public_key(), role, nodes.entropy(), {1}) {}
    NothingStored store;
    Replica replica;
    Session session;
};

struct Traffic {
    std::uint64_t messages = 0, bytes = 0;
};

bool move_one(Session& from, Session& to, SteadyTime now, Traffic& traffic) {
    const auto message = from.next_message(now);
    if (!message) {
        return false;
    }
    ++traffic.messages;
    traffic.bytes += message->size();
    must(to.receive(*message, now));
    return true;
}

Traffic exchange(End& a, End& b, SteadyTime now) {
    Traffic out;
    bool moved = true;
    while (moved) {
        moved = move_one(a.session, b.session, now, out);
        moved = move_one(b.session, a.session, now, out) || moved;
    }
    return out;
}

void idle_check(benchmark::State& state) {
    TwoNodes nodes;
    End unit(nodes, 1, 0, Role::dialled);
    End headquarters(nodes, 0, 1, Role::accepted);
    SteadyTime now{1};
    const Traffic hello = exchange(unit, headquarters, now);
    Traffic check;
    for (auto _ : state) {
        ++now.ms;
        unit.session.check(now);
        check = exchange(unit, headquarters, now);
    }
    if (!unit.session.check_answered()) {
        end_with(Error{session_stalled, "the check has no answer"});
    }
    state.counters["messages"] = static_cast<double>(check.messages);
    state.counters["bytes"] = static_cast<double>(check.bytes);
    state.counters["hello_bytes"] = static_cast<double>(hello.bytes);
}
BENCHMARK(idle_check);

}  // namespace
}  // namespace entrepot::bench
