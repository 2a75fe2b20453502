// OpenNode: the link while it has its key: identity, realms and peers. Signs and stores what the
// worker made, and replicates: with nodes of its administration the home realm, with a partner's
// headquarters the outer ones and nothing else. Knows no plaintext and no record.
#pragma once

#include <string>
#include <vector>

#include "node/link/bundle_desk.hpp"
#include "node/link/contacts.hpp"
#include "node/link/peer_sessions.hpp"
#include "node/link/realm.hpp"

namespace entrepot::node {

inline constexpr ErrorCode link_no_identity{"link.no_identity", ErrorKind::storage};

/// Where to listen and whom to dial: "tcp://host:port" (the headquarters of the roster answers
/// there), "NODE@tcp://host:port" with the first characters of the node's id, or
/// "GE@tcp://host:port" with a partner's country.
struct LinkAddresses {
    std::string listen;
    std::vector<std::string> peers;
};

class OpenNode {
public:
    using Answer = Realm::Answer;
    /// `log` is the folder of the administration's log store; partners' realms stand beside it, in
    /// the folder `partners`. `answer` is called only in the thread that calls this object.
    static Result<std::unique_ptr<OpenNode>> open(const std::filesystem::path& log,
                                                  crypto::Secret link_key,
                                                  const LinkAddresses& addresses,
                                                  const Clock& clock, Answer answer);
    ~OpenNode();

    void append(const AppendCommit& request);
    /// The first entry of an outer roster begins its realm.
    void append(const AppendRoster& request);
    /// Waits for the network, the writer or a watched descriptor, takes what they have and goes on
    /// as far as possible. An error is the store's: the node must be opened anew from what is on
    /// disk.
    Status work();
    /// work() also returns when one of these is readable.
    void watch(std::vector<int> descriptors) { endpoint_->watch(std::move(descriptors)); }

    /// See LogWriter::set_make_room: of every realm, also of those that begin later.
    void set_make_room(const std::function<bool()>& make_room);
    /// The worker's views of that realm have nothing left of the erasures up to this one.
    Status views_erased(const Erased& told);
    /// Ends this node's logs of that realm, durably, and answers.
    void end_logs(const EndLogs& request);
    /// Whether the node has to be opened again, so that commits of a right that was withdrawn go;
    /// only when nobody waits for an answer.
    bool should_open_again() const;
    const Realm& home() const { return *realms_.front(); }

    /// Dials and checks at once.
    void sync_now();
    BundleDesk& bundles() { return *bundles_; }
    /// Called, in this object's thread, after each bundle that was made or taken in.
    void on_bundle(std::function<void(const BundleAct&)> acted) { acted_ = std::move(acted); }
    /// How far the administration's own realm has come, and all of them.
    Moved moved() const { return home().moved(); }
    std::vector<Moved> all_moved() const;
    replication::NodeId id() const { return keys_.id(); }
    const replication::Replica& replica() const { return home().replica(); }
    const std::vector<std::unique_ptr<Realm>>& realms() const { return realms_; }
    const PeerSessions& sessions() const { return *sessions_; }
    const replication::ZmqEndpoint& endpoint() const { return *endpoint_; }
    const LogStore& store() const { return home().store(); }

private:
    OpenNode(std::filesystem::path partners, crypto::Secret link_key, crypto::RelayKeys keys,
             Answer answer)
        : partners_(std::move(partners)),
          link_key_(std::move(link_key)),
          keys_(std::move(keys)),
          answer_(std::move(answer)) {}
    Status start(std::unique_ptr<LogStore> store, const LinkAddresses& addresses,
                 const Clock& clock);
    Status open_partners();
    Result<Realm*> open_realm(RealmId id);
    Result<Realm*> begin_realm(RealmId id, ByteView first_entry);
    Realm* find(const RealmId& id);
    Realm& home() { return *realms_.front(); }
    std::vector<const replication::Roster*> rosters() const;
    std::set<replication::PeerKey> allowed() const;
    std::vector<replication::DialTarget> targets() const;
    std::uint64_t entries() const;
    Status follow_roster();
    Status take_outcomes();
    void submit_writes();
    void fail(Ticket ticket, const Error& error);

    std::filesystem::path partners_;
    crypto::Secret link_key_;
    crypto::RelayKeys keys_;
    Answer answer_;
    std::function<bool()> make_room_;
    std::vector<std::string> peers_;
    std::vector<std::unique_ptr<Realm>> realms_;  ///< the first is the administration's own
    std::unique_ptr<replication::ZmqEndpoint> endpoint_;
    std::unique_ptr<PeerSessions> sessions_;
    std::unique_ptr<BundleDesk> bundles_;  ///< of the administration's own realm
    std::function<void(const BundleAct&)> acted_;
    bool is_restored_ = false;    ///< from a backup, and its stores are not settled yet
    std::uint64_t followed_ = 0;  ///< entries of all rosters
    bool has_lost_ = false;       ///< a right was withdrawn since it was opened
};

}  // namespace entrepot::node
