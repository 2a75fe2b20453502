#include "node/worker/work_loop.hpp"

#include <poll.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "node/desk/names.hpp"
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
        take_vault(open_service(directory_, *options_.service_key), [](Result<json>) {});
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

void WorkLoop::unlock(std::string officer, crypto::Secret passphrase, JsonDone done) {
    if (unlocking_ || (slot_opener_.joinable() && !desk_ && vault_)) {
        return done(Error{worker_busy, "another unlock is under way"});
    }
    if (slot_opener_.joinable()) {
        slot_opener_.join();
    }
    unlocking_ = [](Result<json>) {};
    slot_opener_ = std::thread([this, officer = std::move(officer), done = std::move(done),
                                secret = std::make_shared<crypto::Secret>(std::move(passphrase))] {
        auto vault =
            std::make_shared<Result<Vault>>(open_slot(directory_, officer, secret->view()));
        waker_.post([this, vault, done] {
            unlocking_ = nullptr;
            take_vault(std::move(*vault), done);
        });
    });
}

void WorkLoop::take_vault(Result<Vault> vault, JsonDone done) {
    if (!vault) {
        refused_ = vault.error();
        return done(std::move(vault).error());
    }
    if (desk_) {  // a second officer's or a repeated unlock: the passphrase was right
        return done(json{{"officer", vault->officer_name},
                         {"node", to_base32(desk_->keys().self().view())}});
    }
    const Status sent = channel_.send(encode_message(OpenStore{vault->link_key.duplicate()}));
    if (!sent) {
        return done(sent.error());
    }
    vault_ = *std::move(vault);
    unlocking_ = std::move(done);
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
    if (const auto& damage = desk_->views_damage()) {
        std::cerr << "entrepot: " << damage->code.name() << ": " << damage->context
                  << "; the views were moved aside and made anew from the log\n";
    }
    refused_.reset();
    if (done) {
        done(json{{"officer", desk_->vault().officer_name},
                  {"officer_id", to_base32(desk_->vault().officer.view())},
                  {"node", to_base32(desk_->keys().self().view())}});
    }
}

void WorkLoop::introduce() {
    if (!desk_ || !desk_->self() || introduced_at_ == desk_->roster().length()) {
        return;
    }
    introduced_at_ = desk_->roster().length();
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
            desk_->flush_if_due();
        }
    }
    return {};
}

}  // namespace entrepot::node
