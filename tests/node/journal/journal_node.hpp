// JournalNode: one node's log, views and projector, driven by hand and without a link process: what
// a test offers is judged by a real replica, written to a real store and projected when told.
#pragma once

#include "node/journal/projector.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {

class JournalNode {
public:
    JournalNode(replication::AdministrationFixture& administration, const std::string& node);

    replication::Replica& replica() { return *replica_; }
    Projector& projector() { return *projector_; }
    ViewStore& views() { return *views_; }
    LogStore& log() { return *log_; }
    const replication::Roster& roster() const { return roster_; }

    /// Judged and, if it counts, durable; what is refused is passed over.
    void offer(const replication::LogDescriptor& log, const Bytes& commit);
    void offer_roster(const std::vector<Bytes>& entries);
    void offer_claim(const replication::LogDescriptor& log, const Bytes& other);
    void learn(const replication::LogDescriptor& log);
    void settle();
    /// Follows roster and log; the views lie on the disk afterwards.
    void project();
    /// Ends the worker and starts another on what is durable.
    void restart_worker();

    /// Every record's canonical state, by record.
    std::map<replication::RecordKey, Bytes> states();
    /// Waiting changes by dot.
    std::set<replication::Dot> waiting() const;

private:
    TemporaryFolder folder_;
    crypto::SeededEntropy entropy_{7};
    replication::Roster roster_;
    std::unique_ptr<Catalogue> catalogue_;
    std::unique_ptr<LogStore> log_;
    std::unique_ptr<ViewStore> views_;
    std::unique_ptr<Keyring> keys_;
    std::unique_ptr<replication::Replica> replica_;
    std::unique_ptr<Projector> projector_;
};

}  // namespace entrepot::node
