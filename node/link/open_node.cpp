#include "node/link/open_node.hpp"

#include <utility>

#include "replication/log/commit_builder.hpp"

namespace entrepot::node {
namespace {

using replication::NodeCertificate;
using replication::NodeKind;
using replication::Roster;

std::set<replication::PeerKey> allowed_keys(const Roster& roster, const replication::NodeId& self) {
    std::set<replication::PeerKey> out;
    if (roster.is_revoked(self)) {
        return out;  // a revoked node has nobody to talk to
    }
    for (const NodeCertificate* node : roster.nodes()) {
        if (!roster.is_revoked(node->identity.id()) && node->identity.id() != self) {
            out.insert(node->identity.transport);
        }
    }
    return out;
}

std::vector<replication::DialTarget> targets_of(const std::vector<std::string>& peers,
                                                const Roster& roster,
                                                const replication::NodeId& self) {
    std::vector<replication::DialTarget> out;
    for (const std::string& peer : peers) {
        auto target = resolve_peer(peer, roster);
        if (target && !roster.is_revoked(self)) {
            out.push_back(*std::move(target));
        }
    }
    return out;
}

}  // namespace

Result<replication::DialTarget> resolve_peer(const std::string& address, const Roster& roster) {
    const auto at = address.find('@');
    const std::string wanted = at == std::string::npos ? "" : address.substr(0, at);
    const std::string where = at == std::string::npos ? address : address.substr(at + 1);
    for (const NodeCertificate* node : roster.nodes()) {
        const auto id = node->identity.id();
        const bool named = wanted.empty() ? node->kind == NodeKind::headquarters
                                          : to_base32(id.view()).starts_with(wanted);
        if (named && !roster.is_revoked(id)) {
            return replication::DialTarget{where, node->identity.transport};
        }
    }
    return Error{link_unknown_peer,
                 wanted.empty() ? "no headquarters is in the roster yet"
                                : "no node of the roster has an id that starts with " + wanted};
}

Result<std::unique_ptr<OpenNode>> OpenNode::open(const std::filesystem::path& log,
                                                 crypto::Secret link_key,
                                                 const LinkAddresses& addresses, const Clock& clock,
                                                 Answer answer) {
    TRY_ASSIGN(auto store, LogStore::open(log, LogStore::Access::read_write, std::move(link_key)));
    TRY_ASSIGN(auto row, store->link_row(LinkRow::identity));
    if (!row) {
        return Error{link_no_identity,
                     "this node has no keys; make it with 'entrepot node create'"};
    }
    auto identity = crypto::Identity::from_secret(*row);
    crypto::wipe(*row);
    if (!identity) {
        return std::move(identity).error();
    }
    std::unique_ptr<OpenNode> out(
        new OpenNode(std::move(store), *std::move(identity), std::move(answer)));
    TRY(out->start(addresses, clock));
    return out;
}

Status OpenNode::start(const LinkAddresses& addresses, const Clock& clock) {
    TRY_ASSIGN(const auto entries, store_->roster_entries());
    TRY_ASSIGN(Roster roster, Roster::from_entries(entries));
    TRY_ASSIGN(auto heads, store_->heads());
    TRY_ASSIGN(auto forks, store_->forks());
    TRY_ASSIGN(auto quarantined, store_->aside());
    TRY_ASSIGN(auto rewinds, store_->rewinds());
    TRY_ASSIGN(auto known, store_->known());
    TRY_ASSIGN(auto ended, store_->ended());
    TRY_ASSIGN(auto receipts, store_->receipts());
    TRY_ASSIGN(position_, store_->last_position());
    replication::ZmqEndpointOptions options;
    options.listen = addresses.listen;
    options.allowed = allowed_keys(roster, identity_.id());
    peers_ = addresses.peers;
    followed_ = roster.length();
    options.dial = targets_of(peers_, roster, identity_.id());
    replica_ = std::make_unique<replication::Replica>(
        replication::ReplicaStart{identity_.id(), std::move(roster), std::move(heads),
                                  std::move(forks), std::move(quarantined), std::move(rewinds),
                                  std::move(known), std::move(ended), std::move(receipts)},
        *store_);
    TRY_ASSIGN(endpoint_,
               replication::ZmqEndpoint::start(identity_.transport(), std::move(options)));
    sessions_ = std::make_unique<PeerSessions>(
        *replica_, *endpoint_,
        replication::SessionSelf{&identity_.sign(), identity_.transport().public_key()}, clock);
    writer_ = std::make_unique<LogWriter>(*store_, [this] { endpoint_->wake(); });
    return {};
}

OpenNode::~OpenNode() {
    writer_.reset();  // finishes what was submitted before the store goes
}

void OpenNode::fail(Ticket ticket, const Error& error) {
    answer_(Failed{ticket, std::string(error.code.name()), error.context});
}

void OpenNode::append(const AppendCommit& request) {
    Bytes commit = request.commit;
    if (commit.size() < replication::commit_header_size) {
        return fail(request.ticket, {channel_malformed, "a commit without a header"});
    }
    replication::sign_commit(commit, identity_.sign());
    const auto signature = replication::read_header(commit).signature;
    auto sequence = replica_->append_local(request.log, std::move(commit));
    if (!sequence) {
        return fail(request.ticket, sequence.error());
    }
    answer_(Signed{request.ticket, signature});
    awaiting_[*sequence].push_back(request.ticket);
    submit_writes();
}

void OpenNode::append(const AppendRoster& request) {
    auto added = replica_->offer_roster(replica_->roster().length(), request.entries);
    auto writes = replica_->take_writes();
    const std::uint64_t last =
        writes.empty() ? replica_->durable_sequence() : writes.back().sequence;
    writer_->submit(std::move(writes));
    if (!added) {
        return fail(request.ticket, added.error());
    }
    if (last <= replica_->durable_sequence()) {
        return answer_(Stored{request.ticket});
    }
    awaiting_[last].push_back(request.ticket);
}

void OpenNode::submit_writes() {
    if (replica_->has_writes()) {
        writer_->submit(replica_->take_writes());
    }
}

Status OpenNode::take_outcomes() {
    for (const WriteOutcome& outcome : writer_->take_outcomes()) {
        if (!outcome.stored) {
            for (const auto& [sequence, tickets] : awaiting_) {
                for (const Ticket ticket : tickets) {
                    fail(ticket, outcome.stored.error());
                }
            }
            awaiting_.clear();
            return outcome.stored;
        }
        position_ = outcome.position;
        replica_->durable(outcome.last_sequence);
        const auto end = awaiting_.upper_bound(outcome.last_sequence);
        for (auto at = awaiting_.begin(); at != end; at = awaiting_.erase(at)) {
            for (const Ticket ticket : at->second) {
                answer_(Stored{ticket});
            }
        }
        sessions_->durable();
    }
    return {};
}

Status OpenNode::follow_roster() {
    const Roster& roster = replica_->roster();
    if (followed_ == roster.length()) {
        return {};
    }
    followed_ = roster.length();
    endpoint_->allow(allowed_keys(roster, identity_.id()));
    return endpoint_->set_dial_targets(targets_of(peers_, roster, identity_.id()));
}

Status OpenNode::work() {
    TRY(take_outcomes());
    submit_writes();
    TRY(follow_roster());
    sessions_->pump();
    for (const auto& event : endpoint_->poll(sessions_->wait())) {
        sessions_->handle(event);
    }
    submit_writes();
    sessions_->pump();
    return {};
}

void OpenNode::sync_now() {
    endpoint_->redial_now();
    sessions_->check();
    sessions_->pump();
}

Moved OpenNode::moved() const {
    return {position_.value, replica_->durable_roster_length().value};
}

}  // namespace entrepot::node
