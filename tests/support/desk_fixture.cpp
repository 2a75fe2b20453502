#include "tests/support/desk_fixture.hpp"

#include <stdexcept>

#include "replication/roster/officer_certificate.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

template <class T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(std::string(result.error().code.name()) + ": " +
                                 result.error().context);
    }
    return *std::move(result);
}

void must(const Status& status) {
    if (!status) {
        throw std::runtime_error(std::string(status.error().code.name()) + ": " +
                                 status.error().context);
    }
}

}  // namespace

DeskFixture::DeskFixture(std::string node, bool enrolled, Held held, const Prepared& prepare)
    : administration_(replication::AdministrationFixture::with_two_units()) {
    install(node, enrolled, held);
    if (prepare) {
        prepare(*directory_, *vault_);
    }
    start();
}

void DeskFixture::start() {
    auto ends = must(FrameChannel::pair());
    channel_.emplace(std::move(ends.first));
    link_ = std::thread([this, end = ends.second] { run_link(FrameChannel(end)); });
    must(channel_->send(encode_message(OpenStore{vault_->link_key.duplicate()})));
    const auto opened = must(channel_->receive_one(std::chrono::seconds(20)));
    if (!opened || !std::holds_alternative<Opened>(must(decode_message(*opened)))) {
        throw std::runtime_error("the link did not open");
    }
    desk_ = must(Desk::open(*directory_, *std::move(vault_), *channel_, clock_));
}

void DeskFixture::stop() {
    ending_ = true;
    desk_.reset();
    channel_.reset();
    link_.join();
    ending_ = false;
}

DeskFixture::~DeskFixture() {
    stop();
}

void DeskFixture::reopen(const Prepared& change) {
    vault_.emplace(must(Vault::decode(desk_->vault().encode().view())));
    desk_->flush();
    stop();
    change(*directory_, *vault_);
    start();
}

void DeskFixture::install(const std::string& node, bool enrolled, const Held& held) {
    const auto& identity = administration_.identity(node);
    directory_ = must(NodeDirectory::create(folder_.path() / "node"));
    vault_.emplace(Vault::create(identity.box().duplicate(), "Officer of " + node, entropy_));
    replication::OfficerCertificate certificate;
    certificate.officer = vault_->officer;
    certificate.node = identity.id();
    certificate.key = vault_->officer_key.public_key();
    for (const auto role : {replication::OfficerRole::entry, replication::OfficerRole::supervisor,
                            replication::OfficerRole::administrator}) {
        certificate.roles |= replication::bit_of(role);
    }
    certificate.until = {clock_.wall().ms + std::int64_t{24} * 3600 * 1000};
    vault_->officer_certificate = replication::sign_officer(certificate, identity.sign());
    const bool leads = node == "headquarters";
    if (leads) {
        vault_->roster_key = administration_.roster_signing_key().duplicate();
    }
    auto store = must(LogStore::open(directory_->log(), LogStore::Access::read_write,
                                     vault_->link_key.duplicate()));
    must(store->set_link_row(LinkRow::keys, identity.relay().to_secret().view(), entropy_));
    const Settings settings{
        leads ? replication::NodeKind::headquarters : replication::NodeKind::unit, node, "JM"};
    must(store->set_link_row(LinkRow::settings, encode(settings), entropy_));
    std::vector<replication::Write> writes;
    for (const Bytes& entry : administration_.entries()) {
        writes.push_back({writes.size() + 1, replication::RosterWrite{{writes.size() + 1}, entry}});
    }
    for (auto& what : held ? held(administration_) : std::vector<replication::WriteContent>{}) {
        writes.push_back({writes.size() + 1, std::move(what)});
    }
    if (enrolled) {
        must(store->write(writes));
    }
}

void DeskFixture::lock() {
    vault_ = must(Vault::decode(desk_->vault().encode().view()));
    desk_.reset();
}

Status DeskFixture::append_while_locked(std::vector<Bytes> entries) {
    must(channel_->send(encode_message(AppendRoster{{1}, std::move(entries)})));
    while (true) {
        const auto frame = must(channel_->receive_one(std::chrono::seconds(20)));
        if (!frame) {
            throw std::runtime_error("the link did not answer");
        }
        const auto message = must(decode_message(*frame));
        if (const auto* failed = std::get_if<Failed>(&message)) {
            return Error{replication::roster_forked, failed->code + ": " + failed->context};
        }
        if (std::holds_alternative<Stored>(message)) {
            return {};
        }
    }
}

void DeskFixture::restart() {
    stop();
    start();
}

void DeskFixture::run_link(FrameChannel channel) {
    std::unique_ptr<OpenNode> open;
    std::map<RealmId, std::pair<std::uint64_t, std::uint64_t>> told;
    const auto answer = [&](const ChannelMessage& message) {
        static_cast<void>(channel.queue(encode_message(message)));
    };
    while (!ending_) {
        const auto frames = channel.receive();
        for (const Bytes& frame : frames ? *frames : std::vector<Bytes>{}) {
            auto message = must(decode_message(frame));
            if (auto* store = std::get_if<OpenStore>(&message)) {
                open = must(OpenNode::open(directory_->log(), std::move(store->link_key), {},
                                           clock_, answer));
                open->watch({channel.descriptor()});
                answer(Opened{});
            } else if (const auto* commit = std::get_if<AppendCommit>(&message)) {
                open->append(*commit);
            } else if (const auto* roster = std::get_if<AppendRoster>(&message)) {
                open->append(*roster);
            } else if (const auto* end = std::get_if<EndLogs>(&message)) {
                open->end_logs(*end);
            } else if (const auto* erased = std::get_if<Erased>(&message)) {
                must(open->views_erased(*erased));
            }
        }
        if (open) {
            must(open->work());
            for (const Moved& moved : open->all_moved()) {
                auto& [position, length] = told[moved.realm];
                if (!moved.realm.is_zero() &&
                    (position != moved.position || length != moved.roster_length)) {
                    position = moved.position;
                    length = moved.roster_length;
                    answer(moved);
                }
            }
        }
    }
}

void DeskFixture::follow() {
    auto frame = must(channel_->receive_one(std::chrono::milliseconds(20)));
    std::vector<ChannelMessage> messages;
    if (frame) {
        messages.push_back(must(decode_message(*frame)));
    }
    desk_->take(std::move(messages));
}

Result<json> DeskFixture::await(const std::function<void(JsonDone)>& operation,
                                const std::function<void()>& meanwhile) {
    std::optional<Result<json>> answer;
    operation([&answer](Result<json> given) { answer.emplace(std::move(given)); });
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!answer && std::chrono::steady_clock::now() < until) {
        follow();
        meanwhile();
    }
    if (!answer) {
        throw std::runtime_error("the desk did not answer");
    }
    return *std::move(answer);
}

Result<json> DeskFixture::put(const std::string& database, const json& body) {
    return await([&](JsonDone done) { put_record(*desk_, database, body, std::move(done)); });
}

Result<json> DeskFixture::resolve(const std::string& id, const json& body) {
    return await([&](JsonDone done) { resolve_record(*desk_, id, body, std::move(done)); });
}

json DeskFixture::seizure(const std::string& place) {
    json out = json::parse(R"({"kind": "seizure", "status": "submitted", "seized_on": "2026-03-07",
        "country": "JM", "location_type": "seaport", "direction": "import",
        "conveyance": [{"mode": "sea", "type": "container_ship"}],
        "route": [{"role": "departure", "country": "MG"}, {"role": "destination", "country": "JM"}],
        "goods": [{"category": "weapons", "type": "ammunition", "quantity": "41", "unit": "u"}]})");
    out["place"] = place;
    return out;
}

}  // namespace entrepot::node
