// Desk: the unlocked worker: keys, views, schemas and the node's officers. Everything that
// reads or writes plaintext goes through it, in the worker's one thread. It follows the log as the
// link stores commits, and answers a save when the save's own view is applied.
//
// What is shared with a partner has its own roster, stores and keys and so a desk of its own, which
// the home desk opens and feeds (outer_desk.cpp). Officers, schemas and numbers are the home's.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "node/access/officer_book.hpp"
#include "node/access/settings.hpp"
#include "node/access/sign_in.hpp"
#include "node/access/vault.hpp"
#include "node/databases/catalogue.hpp"
#include "node/journal/author.hpp"
#include "node/journal/projector.hpp"
#include "node/store/open_views.hpp"

namespace entrepot::node {

inline constexpr ErrorCode desk_not_enrolled{"desk.not_enrolled", ErrorKind::unavailable};
inline constexpr ErrorCode desk_no_numbers{"desk.no_numbers", ErrorKind::unavailable};

class Desk {
public:
    /// Called in the worker's thread once the save is durable and visible, or has failed.
    using Done = std::function<void(Status)>;

    /// Told while many commits are read at the start, in the thread that opens.
    using Progress = std::function<void(LogPosition done, LogPosition end)>;

    /// The link must have opened the store. Opens views and catches up with the log; damaged views
    /// are moved aside and made anew from it (see views_damage).
    static Result<std::unique_ptr<Desk>> open(const NodeDirectory& directory, Vault vault,
                                              FrameChannel& channel, const Clock& clock,
                                              const Progress& progress = {});

    /// Whose acts what follows is; null: the node's own. At first the one who opened the vault.
    /// What a save or a roster entry leads to later is its officer's again.
    const Acting& acting() const { return home().acting_; }
    class ActingAs {
    public:
        ActingAs(Desk& desk, Acting officer)
            : desk_(desk.home()), before_(std::exchange(desk_.acting_, std::move(officer))) {}
        ~ActingAs() { desk_.acting_ = std::move(before_); }
        ActingAs(const ActingAs&) = delete;

    private:
        Desk& desk_;
        Acting before_;
    };
    /// What signs roster entries; null unless a headquarters' administrator acts.
    const crypto::SigningKey* roster_key() const {
        return acting() && acting()->roster_key ? &*acting()->roster_key : nullptr;
    }
    const OfficerBook& officers() const { return *home().book_; }

    /// The desk of the administration's own roster: this one, unless it is an outer one.
    Desk& home() { return home_ == nullptr ? *this : *home_; }
    const Desk& home() const { return home_ == nullptr ? *this : *home_; }
    /// Zero for the home desk.
    const RealmId& realm() const { return realm_; }
    /// The home desk and those of outer rosters that are shared with a partner in force.
    std::vector<Desk*> shared_desks();
    /// The outer desk of that realm, shared still or no longer; null when there is none.
    Desk* outer(const RealmId& realm);
    Status put_officer(const OfficerAccount& account);
    /// A certificate signed by this node: from now, for five years unless `until` is given.
    Result<Bytes> certify(const replication::OfficerId& officer, const crypto::PublicKey& key,
                          std::uint16_t roles, std::optional<WallTime> until = std::nullopt) const;
    unsigned free_slot() const;
    Status write_slot(unsigned number, ByteView sealed) const;
    void destroy_slot(unsigned number) const;

    /// Takes what the link says: follows roster and log, finishes saves.
    void take(std::vector<ChannelMessage> messages);
    /// Makes views durable when enough has gathered or time has passed since the last change.
    void flush_if_due();
    /// The same at once, before this process ends; what fails is made again from the log.
    void flush();

    /// Saves changes of one compartment, signed by who acts; see Author::save. officer.role when
    /// his roles do not reach, access.not_signed_in when he left meanwhile.
    void save(const replication::CompartmentId& compartment, std::vector<PackedChange> changes,
              Done done);
    /// The same by the node itself, signed by no officer, where nothing is merged: its audit.
    void save_audit(const replication::CompartmentId& compartment,
                    std::vector<PackedChange> changes, Done done);
    /// Roster entries made here (headquarters), or of an outer roster that begins with them.
    void append_roster(std::vector<Bytes> entries, Done done);
    void append_outer_roster(const RealmId& realm, std::vector<Bytes> entries, Done done);

    const Vault& vault() const { return vault_; }
    const Settings& settings() const { return settings_; }
    const Catalogue& catalogue() const { return *catalogue_; }
    const LogStore& log() const { return *log_; }
    ViewStore& views() { return *views_; }
    /// Why the views were made anew when the desk was opened; nothing when they were fine.
    const std::optional<Error>& views_damage() const { return views_damage_; }
    /// Outer desks that did not open, and why; they are tried again at the next unlock.
    const std::map<RealmId, Error>& unopened() const { return unopened_; }
    const replication::Roster& roster() const { return roster_; }
    const Keyring& keys() const { return *keys_; }
    const Projector& projector() const { return *projector_; }
    replication::Packing& packing() { return packing_; }
    crypto::Entropy& entropy() { return entropy_; }
    replication::HybridTime now() { return author_->now(); }
    WallTime wall() const { return clock_.wall(); }
    SteadyTime steady() const { return clock_.steady(); }
    /// This node's certificate; desk.not_enrolled before it has joined.
    Result<const replication::NodeCertificate*> self() const;
    /// Writes again, one commit at a time, what stopped to count when a fork was settled.
    void write_lost();
    /// The next number of this node's block as CC-UNIT-YYYY-NNNNN; desk.no_numbers when it is used
    /// up.
    Result<std::string> next_reference();
    /// Plain changes → packed, checked: change.too_large, path.malformed …
    Result<PackedChange> pack(replication::Change change);
    /// The views as they are now, for reading in any thread.
    Result<std::unique_ptr<ViewSnapshot>> snapshot();
    /// Views made anew from the log.
    Status rebuild();

private:
    Desk(NodeDirectory directory, Vault vault, FrameChannel& channel, const Clock& clock)
        : directory_(std::move(directory)),
          vault_(std::move(vault)),
          channel_(channel),
          clock_(clock) {}
    Status open_outer(const RealmId& realm);
    void take_own(const std::vector<ChannelMessage>& messages);
    Status open_book();
    Status check_acting(const std::vector<PackedChange>& changes) const;
    std::optional<Signer> signer() const;
    Status open_log();
    Status open_views();
    void start_author();
    Status open_identity();
    Status read_views(const Progress& progress);
    Status remake_views(const NodeDirectory& directory, Error damage);
    Status follow_roster();
    Status follow_settlement();
    bool rests_on_other_roster() const;
    Status follow_log();
    void follow_erasures();
    Result<std::uint32_t> next_number() const;
    Result<std::size_t> restores() const;
    Status start_projector();
    void finish(Ticket ticket, const Status& status);
    void handle(const ChannelMessage& message);

    NodeDirectory directory_;
    Vault vault_;
    Desk* home_ = nullptr;  ///< of an outer desk
    RealmId realm_;
    std::map<RealmId, std::unique_ptr<Desk>> outer_;
    std::map<Ticket, RealmId> beginning_;  ///< roster entries under way that begin a realm
    std::map<RealmId, Error> unopened_;  ///< outer desks that did not open, and why
    std::optional<OfficerBook> book_;
    Acting acting_;
    FrameChannel& channel_;
    const Clock& clock_;
    crypto::SystemEntropy entropy_;
    Settings settings_;
    std::shared_ptr<const Catalogue> catalogue_;
    std::unique_ptr<LogStore> log_;
    std::unique_ptr<ViewStore> views_;
    std::optional<Error> views_damage_;
    replication::Roster roster_;
    std::unique_ptr<Keyring> keys_;
    std::unique_ptr<Projector> projector_;
    std::unique_ptr<Author> author_;
    replication::Packing packing_;
    OwnChanges own_;
    std::map<Ticket, std::pair<Done, Acting>> pending_;
    std::vector<std::pair<Ticket, Status>> settled_;
    SteadyTime last_change_;
    bool writing_lost_ = false;
    LogStore::Marks lost_marks_;  ///< where nothing was left to be written again
    replication::RosterLength lost_length_;
    replication::RosterLength erased_;   ///< the link was told that the views are rid of these
    std::uint32_t given_reference_ = 0;  ///< the last number given, perhaps not saved yet
};

}  // namespace entrepot::node
