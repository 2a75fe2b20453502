#include "node/journal/author.hpp"

#include "crypto/base/ensure.hpp"
#include "replication/log/admission.hpp"
#include "replication/sync/replica.hpp"

namespace entrepot::node {
namespace {

/// The log takes nothing more from this node; it may write in another.
bool closes_log(const ErrorCode& code) {
    return code == replication::replica_log_ended || code == replication::replica_log_forked ||
           code == replication::replica_local_chain || code == replication::replica_local_right;
}

}  // namespace

Author::Author(FrameChannel& channel, const LogStore& log, const Keyring& keys,
               const replication::Roster& roster, const Clock& clock)
    : channel_(channel), log_(log), keys_(keys), roster_(roster), wall_(clock) {}

Status Author::read_tips() {
    TRY_ASSIGN(const auto heads, log_.heads());
    TRY_ASSIGN(const auto closed, closed_logs());
    tips_.clear();
    introduced_.clear();
    for (const auto& [log, head] : heads.all()) {
        if (head.descriptor.node == keys_.self() && !closed.contains(log) &&
            !replication::end_of(head.descriptor, log, roster_)) {
            tips_[head.descriptor.compartment] = {head.descriptor, head.number, head.hash};
        }
    }
    return {};
}

/// Logs of this node that go on in another incarnation: others hold more, or another branch.
Result<std::set<replication::LogId>> Author::closed_logs() const {
    std::set<replication::LogId> out = closed_;
    TRY_ASSIGN(const auto ended, log_.ended());
    for (const auto& log : ended) {
        out.insert(log.id());
    }
    TRY_ASSIGN(const auto forks, log_.forks());
    for (const auto& proof : forks) {
        out.insert(proof.descriptor.id());
    }
    return out;
}

Author::Tip& Author::tip_of(const replication::CompartmentId& compartment) {
    const auto found = tips_.find(compartment);
    if (found != tips_.end()) {
        return found->second;
    }
    const replication::LogDescriptor fresh{keys_.self(), compartment,
                                           entropy_.fixed<replication::Incarnation>()};
    return tips_[compartment] = {fresh, {}, {}};
}

/// Signed or Stored of that ticket.
Result<ChannelMessage> Author::await_answer(Ticket ticket) {
    while (true) {
        TRY_ASSIGN(auto frame, channel_.receive_one(longest_silence_));
        if (!frame) {
            return Error{author_silent_link,
                         "the node's link does not answer; look at 'entrepot status'"};
        }
        TRY_ASSIGN(ChannelMessage message, decode_message(*frame));
        const auto* made = std::get_if<Signed>(&message);
        const auto* stored = std::get_if<Stored>(&message);
        if ((made && made->ticket == ticket) || (stored && stored->ticket == ticket)) {
            return message;
        }
        if (const auto* failed = std::get_if<Failed>(&message);
            failed && failed->ticket == ticket) {
            return error_of(*failed);
        }
        kept_.push_back(std::move(message));
    }
}

Result<Ticket> Author::send_commit(Tip& tip, Bytes unsigned_commit) {
    const Ticket ticket{next_ticket_++, realm_};
    AppendCommit request{ticket, tip.descriptor, std::move(unsigned_commit)};
    ChannelMessage message(std::move(request));
    TRY(channel_.send(encode_message(message)));
    Bytes& commit = std::get<AppendCommit>(message).commit;
    const auto answer = await_answer(ticket);
    if (!answer) {
        if (answer.error().code == replication::replica_log_ended ||
            answer.error().code == replication::replica_log_forked) {
            closed_.insert(tip.descriptor.id());
        }
        TRY(read_tips());
        return answer.error();
    }
    const auto* made = std::get_if<Signed>(&*answer);  // comes before Stored
    ENSURE(made != nullptr);
    std::copy(made->signature.bytes.begin(), made->signature.bytes.end(),
              commit.begin() + replication::commit_signed_size);
    tip.number = tip.number.next();
    tip.hash = replication::commit_hash(commit);
    return ticket;
}

Result<Bytes> Author::seal_some(const Tip& tip, std::span<const PackedChange> changes,
                                std::size_t& taken, const Statement& statement) {
    const std::optional<Signer>& signer = statement.signer;
    const auto compartment = tip.descriptor.compartment;
    const auto length = roster_.length();
    const auto generation = roster_.generation_at(compartment, length);
    const crypto::Secret* key = keys_.find(compartment, generation);
    if (key == nullptr || roster_.right(keys_.self(), compartment) < replication::Right::write) {
        return Error{author_no_right, "this node may not write in that compartment"};
    }
    replication::CommitBuilder builder(
        {tip.descriptor.id(), tip.number.next(), tip.hash, now(), length, generation}, *key,
        entropy_);
    std::set<replication::RecordId> records;  // a commit holds at most one change of a record
    while (taken < changes.size() && builder.has_room_for(changes[taken].packed.size()) &&
           records.insert(changes[taken].change.record).second) {
        builder.add(changes[taken].packed);
        ++taken;
    }
    if (!signer) {
        return builder.finish({}, statement.purpose);
    }
    return builder.finish(officers_for(tip.descriptor.id(), *signer), statement.purpose);
}

std::optional<Bytes> Author::introduced(const replication::LogId& log,
                                        const replication::OfficerId& officer) const {
    const auto sent = introduced_.find({log, officer});
    if (sent != introduced_.end()) {
        return sent->second;
    }
    return known_ ? known_(log, officer) : std::nullopt;
}

std::vector<replication::SigningOfficer> Author::officers_for(const replication::LogId& log,
                                                              const Signer& signer) {
    const auto note = [&](const replication::OfficerId& officer, ByteView certificate) {
        introduced_[{log, officer}] = Bytes(certificate.begin(), certificate.end());
    };
    const auto held = introduced(log, signer.officer);
    const bool is_news = !held || !equal(*held, signer.certificate);
    std::vector<replication::SigningOfficer> out{
        {signer.officer, signer.key, is_news ? signer.certificate : ByteView{}}};
    if (is_news) {
        note(signer.officer, signer.certificate);
    }
    for (const auto& [officer, certificate] : signer.others) {
        const auto older = introduced(log, officer);
        if (out.size() < replication::officer_limit && older && *older != certificate) {
            out.push_back({officer, nullptr, certificate});
            note(officer, certificate);
        }
    }
    return out;
}

Result<Ticket> Author::save(const replication::CompartmentId& compartment,
                            std::vector<PackedChange> changes, const std::optional<Signer>& signer,
                            OwnChanges& own, std::string_view purpose) {
    ENSURE(!changes.empty());
    std::size_t taken = 0;
    Ticket last;
    bool is_retried = false;
    while (taken < changes.size()) {
        const std::size_t first = taken;
        Tip& tip = tip_of(compartment);
        const auto log = tip.descriptor.id();
        const auto number = tip.number.next();
        TRY_ASSIGN(Bytes commit, seal_some(tip, changes, taken, {signer, purpose}));
        ENSURE(taken > first);
        auto sent = send_commit(tip, std::move(commit));
        if (!sent && closes_log(sent.error().code) && !is_retried) {
            is_retried = true;
            taken = first;
            continue;
        }
        TRY_ASSIGN(last, std::move(sent));
        auto& made = own[{log, number}];
        for (std::size_t i = first; i < taken; ++i) {
            made.push_back(std::move(changes[i].change));
        }
    }
    return last;
}

Status Author::end_logs() {
    const Ticket ticket{next_ticket_++, realm_};
    TRY(channel_.send(encode_message(EndLogs{ticket})));
    TRY(await_answer(ticket));
    return {};
}

Result<Ticket> Author::append_roster(std::vector<Bytes> entries, const RealmId& into) {
    const Ticket ticket{next_ticket_++, realm_};
    TRY(channel_.send(encode_message(AppendRoster{ticket, std::move(entries), into})));
    return ticket;
}

}  // namespace entrepot::node
