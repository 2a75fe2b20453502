#include "node/worker/work_loop.hpp"

#include <poll.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "node/access/rights.hpp"
#include "node/desk/names.hpp"
#include "node/desk/verification.hpp"
#include "node/worker/audited.hpp"
#include "node/worker/worker_api.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

/// One of the places for readers, taken as long as this lives.
struct Seat {
    explicit Seat(std::atomic<unsigned>& all) : taken(all) { ++taken; }
    ~Seat() { --taken; }
    Seat(const Seat&) = delete;
    std::atomic<unsigned>& taken;
};

constexpr int longest_wait_ms = 250;

/// For the node's messages: reading a long log anew takes its time.
void say_progress(LogPosition done, LogPosition end) {
    std::cerr << "entrepot: reading the log: " << done.value << " of " << end.value << " commits\n";
}

}  // namespace

Status run_worker(const WorkerOptions& options) {
    TRY_ASSIGN(const auto loop, WorkLoop::start(options));
    return loop->run();
}

Result<std::unique_ptr<WorkLoop>> WorkLoop::start(const WorkerOptions& options) {
    TRY_ASSIGN(auto directory, NodeDirectory::open(options.node));
    std::unique_ptr<WorkLoop> out(new WorkLoop(options, std::move(directory)));
    TRY(out->serve());
    return out;
}

Status WorkLoop::serve() {
    HttpServerOptions server;
    server.socket = directory_.worker_socket();
    TRY_ASSIGN(server_, HttpServer::start(std::move(server), worker_routes(*this)));
    if (options_.service_key) {
        take_vault(open_service(directory_, *options_.service_key), ::geteuid(),
                   [](Result<json>) {});
    }
    return {};
}

WorkLoop::~WorkLoop() {
    if (slot_opener_.joinable()) {
        slot_opener_.join();
    }
    readers_.clear();
    imports_.clear();
    server_.reset();
    trail_.reset();
    desk_.reset();
}

std::string WorkLoop::why_locked() const {
    return refused_ ? refused_->context : "unlock the node first: 'entrepot unlock'";
}

void WorkLoop::read_aside(std::function<Result<json>()> task, JsonDone done) {
    std::erase_if(readers_, [](const std::future<void>& reader) {
        return reader.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
    if (reading_ >= readers_most) {
        return done(Error{worker_crowded, std::to_string(readers_most) +
                                              " searches are under way; try again in a moment"});
    }
    auto seat = std::make_shared<Seat>(reading_);
    const auto read = [task = std::move(task), done, seat]() mutable {
        auto out = task();
        task = nullptr;  // and the view it read from: while that is open, no old page is used again
        seat.reset();    // before the answer: who has it may ask again
        std::exchange(done, nullptr)(std::move(out));
    };
    try {
        readers_.push_back(std::async(std::launch::async, read));
    } catch (const std::system_error&) {
        done(Error{worker_crowded, "the system gives no thread to search in; try again later"});
    }
}

Status WorkLoop::in_slot_thread(std::function<void()> task, std::function<void()> then) {
    if (opens_slot_ || unlocking_) {
        return Error{worker_busy, "another unlock is under way"};
    }
    if (slot_opener_.joinable()) {
        slot_opener_.join();
    }
    opens_slot_ = true;
    slot_opener_ = std::thread([this, task = std::move(task), then = std::move(then)] {
        task();
        waker_.post([this, then] {
            opens_slot_ = false;
            then();
        });
    });
    return {};
}

void WorkLoop::unlock(const UnlockWish& who, crypto::Secret passphrase, JsonDone done) {
    struct Work {
        SlotWish wish;
        crypto::Secret passphrase;
        Result<OpenedSlot> opened;
    };
    auto work = std::make_shared<Work>(
        Work{{who.officer, {}}, std::move(passphrase), Error{crypto::keybag_wrong, ""}});
    if (desk_ && !who.officer.empty()) {  // whose slot is whose is known: no other one is tried
        const auto* account = desk_->officers().find_active(who.officer);
        work->wish.slot = account == nullptr ? 0 : account->slot;
    }
    const Status begun = in_slot_thread(
        [this, work] {
            work->opened = unlock_slot(directory_, attempts_, work->wish, work->passphrase.view());
        },
        [this, work, done, who] {
            if (work->opened) {
                return take_vault(std::move(work->opened->vault), who.uid, done);
            }
            refused_ = work->opened.error();
            note_refused("unlock" + (who.officer.empty() ? "" : " by " + who.officer), *refused_,
                         [done, why = *refused_] { done(why); });
        });
    if (!begun) {
        done(begun.error());
    }
}

void WorkLoop::take_vault(Result<Vault> vault, unsigned uid, JsonDone done) {
    if (!vault) {
        refused_ = vault.error();
        return done(std::move(vault).error());
    }
    if (desk_) {
        auto officer = acting_of(*desk_, *vault);
        if (officer) {
            note_unlock(*officer, "");
        }
        return done(officer ? Result<json>(sign_in(*std::move(officer), uid))
                            : Result<json>(std::move(officer).error()));
    }
    const Status sent = channel_.send(encode_message(OpenStore{vault->link_key.duplicate()}));
    if (!sent) {
        return done(sent.error());
    }
    vault_ = *std::move(vault);
    unlocking_ = std::move(done);
    unlocking_uid_ = uid;
}

json WorkLoop::sign_in(Acting officer, unsigned uid) {
    json out{{"officer", officer->name},
             {"officer_id", to_base32(officer->officer.view())},
             {"roles", role_names(officer->roles)},
             {"node", to_base32(desk_->keys().self().view())}};
    out["token"] = sign_ins_.add(uid, std::move(officer), desk_->entropy());
    return out;
}

void WorkLoop::open_desk() {
    auto desk = Desk::open(directory_, *std::move(vault_), channel_, clock_, say_progress);
    vault_.reset();
    const JsonDone done = std::exchange(unlocking_, nullptr);
    if (!desk) {
        refused_ = desk.error();
        return done ? done(std::move(desk).error()) : void();
    }
    desk_ = *std::move(desk);
    trail_ = std::make_unique<AuditTrail>(*desk_, directory_);
    if (const auto& damage = desk_->views_damage()) {
        std::cerr << "entrepot: " << damage->code.name() << ": " << damage->context
                  << "; the views were moved aside and made anew from the log"
                  << (damage->code == views_ahead ? ", and this node goes on in new logs\n" : "\n");
    }
    refused_.reset();
    auto officer = acting_of(*desk_, desk_->vault());
    note_unlock(officer ? *officer : nullptr, options_.service_key ? "service key" : "");
    note_older_log();
    if (officer && options_.service_key) {
        sign_ins_.set_unattended(::geteuid(), *officer);
    }
    const bool signs_in = officer && !options_.service_key;
    if (done) {
        done(signs_in  ? Result<json>(sign_in(*std::move(officer), unlocking_uid_))
             : officer ? Result<json>(json::object())
                       : Result<json>(std::move(officer).error()));
    }
}

void WorkLoop::officer_changed(const replication::OfficerId& officer) {
    const auto* account = desk_->officers().find(officer);
    introduced_at_ = {};
    for (const Acting& acting : sign_ins_.all_of(officer)) {
        if (account == nullptr || account->left ||
            account->certified().key != acting->key.public_key()) {
            sign_ins_.end_all_of(officer);
            return;
        }
        acting->roles = account->roles();
        acting->certificate = account->certificate;
        if (!account->has(replication::OfficerRole::administrator)) {
            acting->roster_key.reset();
        }
    }
}

bool WorkLoop::is_idle() {
    if (!desk_ || options_.service_key) {
        return false;
    }
    sign_ins_.expire();
    return sign_ins_.empty();
}

void WorkLoop::note_unlock(const Acting& officer, const std::string& how) {
    const Desk::ActingAs as(*desk_, officer);
    trail_->note(entry_of_now(*desk_, AuditKind::unlock, how));
}

/// What nobody will see any more once the views were made anew, for the auditor.
void WorkLoop::note_older_log() {
    if (const std::string why = why_remade(*desk_, true); !why.empty()) {
        AuditEntry entry = entry_of_now(*desk_, AuditKind::refusal, why);
        entry.outcome = views_ahead.name();
        trail_->note(entry);
    }
}

/// The last sign-in has ended: this process ends, and what it notes is entered at the next unlock.
void WorkLoop::end_idle() {
    ended_ = true;
    keep_for_unlock(entry_of_now(*desk_, AuditKind::lock, "nobody is signed in any more"));
}

/// Of an unlocked node at once, of a locked one at its next unlock.
void WorkLoop::note_refused(const std::string& what, const Error& why,
                            std::function<void()> then) {
    if (why.code == access_wait) {
        return then();  // no passphrase was looked at, and whoever asks without end fills no disk
    }
    AuditEntry entry;
    entry.kind = AuditKind::refusal;
    entry.at = clock_.wall();
    entry.text = what;
    entry.outcome = why.code.name();
    if (trail_) {
        entry.officer = desk_->acting() ? desk_->acting()->officer : replication::OfficerId{};
        return trail_->note(entry, [this, entry, then = std::move(then)](const Status& noted) {
            if (!noted) {
                trail_->note(entry);
            }
            then();
        });
    }
    keep_for_unlock(entry);
    then();
}

void WorkLoop::keep_for_unlock(const AuditEntry& entry) {
    crypto::SystemEntropy entropy;
    if (const Status kept = note_while_locked(directory_, entry, entropy); !kept) {
        std::cerr << "entrepot: " << kept.error().code.name() << ": " << kept.error().context
                  << "\n";
    }
}

void WorkLoop::introduce() {
    if (!desk_ || !desk_->self() || introduced_at_ == desk_->roster().length()) {
        return;
    }
    introduced_at_ = desk_->roster().length();
    const Desk::ActingAs by_itself(*desk_, nullptr);
    for (auto& [compartment, change] : introductions(*desk_)) {
        if (auto packed = desk_->pack(std::move(change))) {
            std::vector<PackedChange> changes;
            changes.push_back(*std::move(packed));
            desk_->save(compartment, std::move(changes), [this](Status saved) {
                introduced_at_ = saved ? introduced_at_ : replication::RosterLength{};
            });
        }
    }
}

void WorkLoop::take_frames() {
    auto frames = channel_.receive();
    if (!frames) {
        ended_ = true;
        return;
    }
    std::vector<ChannelMessage> messages;
    for (const Bytes& frame : *frames) {
        auto message = decode_message(frame);
        if (!message) {
            ended_ = true;
            return;
        }
        const auto* failed = std::get_if<Failed>(&*message);
        if (std::holds_alternative<Opened>(*message) && vault_) {
            open_desk();
        } else if (failed != nullptr && !desk_ && unlocking_) {
            vault_.reset();
            std::exchange(unlocking_, nullptr)(error_of(*failed));
        } else {
            messages.push_back(*std::move(message));
        }
    }
    if (desk_) {
        desk_->take(std::move(messages));
    }
}

Status WorkLoop::run() {
    while (!ended_) {
        pollfd waiting[2] = {{channel_.descriptor(), POLLIN, 0}, {waker_.descriptor(), POLLIN, 0}};
        ::poll(waiting, 2, longest_wait_ms);
        waker_.run_posted();
        take_frames();
        introduce();
        if (desk_) {
            trail_->flush();
            desk_->flush_if_due();
        }
        if (!ended_ && is_idle()) {
            end_idle();
        }
    }
    for (const AuditEntry& entry : trail_ ? trail_->unwritten() : std::vector<AuditEntry>{}) {
        keep_for_unlock(entry);
    }
    if (desk_) {
        desk_->flush();
    }
    return {};
}

}  // namespace entrepot::node
