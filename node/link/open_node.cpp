#include "node/link/open_node.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "node/access/node_directory.hpp"
#include "node/access/vault.hpp"
#include "node/backup/restored.hpp"
#include "node/machine/private_path.hpp"

namespace entrepot::node {

using replication::Roster;

namespace {

constexpr std::size_t roster_file_most = std::size_t{256} << 20;

}  // namespace

Result<std::unique_ptr<OpenNode>> OpenNode::open(const std::filesystem::path& log,
                                                 crypto::Secret link_key,
                                                 const LinkAddresses& addresses, const Clock& clock,
                                                 Answer answer) {
    TRY_ASSIGN(auto store,
               LogStore::open(log, LogStore::Access::read_write, link_key.duplicate()));
    TRY_ASSIGN(auto row, store->link_row(LinkRow::keys));
    if (!row) {
        return Error{link_no_identity,
                     "this node has no keys; make it with 'entrepot node create'"};
    }
    auto keys = crypto::RelayKeys::from_secret(*row);
    crypto::wipe(*row);
    if (!keys) {
        return std::move(keys).error();
    }
    std::unique_ptr<OpenNode> out(new OpenNode(log.parent_path() / "partners", std::move(link_key),
                                               *std::move(keys), std::move(answer)));
    TRY(out->start(std::move(store), addresses, clock));
    return out;
}

Status OpenNode::start(std::unique_ptr<LogStore> store, const LinkAddresses& addresses,
                       const Clock& clock) {
    const std::filesystem::path restored = partners_.parent_path() / restored_name;
    std::error_code failed;
    is_restored_ = std::filesystem::exists(restored, failed);
    if (is_restored_) {
        TRY_ASSIGN(const Bytes roster, read_file(restored, roster_file_most));
        TRY(take_roster_of_today(*store, roster));
        TRY(end_own_logs(*store, keys_.id()));
    }
    TRY_ASSIGN(auto own, Realm::open({}, std::move(store), keys_.id(), answer_));
    realms_.push_back(std::move(own));
    TRY(open_partners());
    std::filesystem::remove(restored, failed);  // all of it is on the disk
    is_restored_ = false;
    peers_ = addresses.peers;
    replication::ZmqEndpointOptions options;
    options.listen = addresses.listen;
    options.allowed = allowed();
    options.dial = targets();
    followed_ = entries();
    TRY_ASSIGN(endpoint_, replication::ZmqEndpoint::start(keys_.transport(), std::move(options)));
    sessions_ = std::make_unique<PeerSessions>(
        *endpoint_, replication::SessionSelf{&keys_.sign(), keys_.transport().public_key()}, clock);
    for (const auto& realm : realms_) {
        sessions_->add(*realm);
        realm->begin_writing([this] { endpoint_->wake(); });
    }
    bundles_ = std::make_unique<BundleDesk>(BundleDesk::Place{
        home().replica(), home().store(), keys_, clock, [this] { endpoint_->wake(); },
        [this](const BundleAct& act) {
            if (acted_) {
                acted_(act);
            }
        }});
    return {};
}

OpenNode::~OpenNode() {
    bundles_.reset();
    sessions_.reset();
    realms_.clear();  // finishes what was submitted, while the endpoint can still be woken
}

Status OpenNode::open_partners() {
    std::error_code absent;
    for (const auto& folder : std::filesystem::directory_iterator(partners_, absent)) {
        const auto bytes = from_base32(folder.path().filename().string());
        const auto id = bytes ? RealmId::from(*bytes) : Result<RealmId>(bytes.error());
        if (!id) {
            return Error{path_unexpected, "what is " + folder.path().string() + "? Move it away"};
        }
        TRY(open_realm(*id));
    }
    return {};
}

Result<Realm*> OpenNode::open_realm(RealmId id) {
    const auto folder = partners_ / to_base32(id.view());
    TRY(check_private(folder, PathKind::directory));
    TRY_ASSIGN(auto store, LogStore::open(folder / "log", LogStore::Access::read_write,
                                          realm_key(link_key_, id)));
    if (is_restored_) {
        TRY(end_own_logs(*store, keys_.id()));
    }
    TRY_ASSIGN(auto realm, Realm::open(id, std::move(store), keys_.id(), answer_));
    realms_.push_back(std::move(realm));
    return realms_.back().get();
}

/// Only with an entry that begins an outer roster which this administration shares.
Result<Realm*> OpenNode::begin_realm(RealmId id, ByteView first_entry) {
    Roster begun;
    TRY(begun.append(first_entry));
    if (begun.administration() != id || !home().roster().shares(begun)) {
        return Error{link_unknown_realm, "that roster is shared with no partner in force"};
    }
    if (Realm* here = find(id)) {
        return here;  // the node stopped before its first entry was on the disk
    }
    const auto folder = partners_ / to_base32(id.view());
    for (const auto& path : {partners_, folder}) {
        if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
            return Error{store_unreadable, "cannot make " + path.string()};
        }
    }
    TRY_ASSIGN(Realm * realm, open_realm(id));
    realm->begin_writing([this] { endpoint_->wake(); });
    realm->set_make_room(make_room_);
    sessions_->add(*realm);
    return realm;
}

void OpenNode::set_make_room(const std::function<bool()>& make_room) {
    make_room_ = make_room;
    for (const auto& realm : realms_) {
        realm->set_make_room(make_room);
    }
}

Realm* OpenNode::find(const RealmId& id) {
    for (const auto& realm : realms_) {
        if (realm->id() == id) {
            return realm.get();
        }
    }
    return nullptr;
}

void OpenNode::fail(Ticket ticket, const Error& error) {
    answer_(Failed{ticket, std::string(error.code.name()), error.context});
}

void OpenNode::append(const AppendCommit& request) {
    if (Realm* realm = find(request.ticket.realm)) {
        return realm->append(request, keys_.sign());
    }
    fail(request.ticket, {link_unknown_realm, "a commit for a roster that is not here"});
}

void OpenNode::append(const AppendRoster& request) {
    Realm* realm = find(request.realm);
    if (realm == nullptr || (!realm->is_home() && realm->roster().length().value == 0)) {
        auto begun = request.entries.empty()
                         ? Result<Realm*>(Error{link_unknown_realm, "a roster without entries"})
                         : begin_realm(request.realm, request.entries.front());
        if (!begun) {
            return fail(request.ticket, begun.error());
        }
        realm = *begun;
    }
    realm->append(request);
}

std::vector<const Roster*> OpenNode::rosters() const {
    std::vector<const Roster*> out;
    for (const auto& realm : realms_) {
        if (realm->is_home() || home().roster().shares(realm->roster())) {
            out.push_back(&realm->roster());
        }
    }
    return out;
}

std::set<replication::PeerKey> OpenNode::allowed() const {
    std::set<replication::PeerKey> out;
    if (home().roster().is_revoked(id())) {
        return out;
    }
    for (const Roster* roster : rosters()) {
        out.merge(allowed_keys(*roster, id()));
    }
    return out;
}

std::vector<replication::DialTarget> OpenNode::targets() const {
    std::vector<replication::DialTarget> out;
    const auto known = rosters();
    for (const std::string& peer : peers_) {
        auto target = resolve_peer(peer, known);
        if (target && !home().roster().is_revoked(id())) {
            out.push_back(*std::move(target));
        }
    }
    return out;
}

std::uint64_t OpenNode::entries() const {
    std::uint64_t out = 0;
    for (const auto& realm : realms_) {
        out += realm->roster().length().value;
    }
    return out;
}

void OpenNode::submit_writes() {
    for (const auto& realm : realms_) {
        realm->submit_writes();
    }
}

Status OpenNode::take_outcomes() {
    bool moved = false;
    for (const auto& realm : realms_) {
        const auto durable = realm->take_outcomes();
        if (!durable) {
            bundles_->failed(durable.error());
            return durable.error();
        }
        moved = moved || *durable;
    }
    if (moved) {
        sessions_->durable();
        bundles_->durable();
    }
    return {};
}

Status OpenNode::follow_roster() {
    if (followed_ == entries()) {
        return {};
    }
    followed_ = entries();
    has_lost_ = std::any_of(realms_.begin(), realms_.end(),
                            [](const auto& realm) { return realm->holds_lost(); });
    sessions_->follow_rosters();
    endpoint_->allow(allowed());
    return endpoint_->set_dial_targets(targets());
}

bool OpenNode::should_open_again() const {
    return has_lost_ && std::all_of(realms_.begin(), realms_.end(),
                                    [](const auto& realm) { return realm->is_idle(); });
}

Status OpenNode::views_erased(const Erased& told) {
    Realm* realm = find(told.realm);
    return realm == nullptr ? Status() : realm->views_erased({told.roster_length});
}

void OpenNode::end_logs(const EndLogs& request) {
    Realm* realm = find(request.ticket.realm);
    const Status ended =
        realm == nullptr
            ? Status(Error{link_unknown_realm, "logs to be ended of a roster that is not here"})
            : end_own_logs(realm->store(), keys_.id());
    if (!ended) {
        return fail(request.ticket, ended.error());
    }
    answer_(Stored{request.ticket});
}

Status OpenNode::work() {
    TRY(take_outcomes());
    bundles_->work();
    for (const auto& realm : realms_) {
        realm->note_erasures();
    }
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

std::vector<Moved> OpenNode::all_moved() const {
    std::vector<Moved> out;
    for (const auto& realm : realms_) {
        out.push_back(realm->moved());
    }
    return out;
}

}  // namespace entrepot::node
