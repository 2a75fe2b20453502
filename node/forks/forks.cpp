#include "node/forks/forks.hpp"

#include <nlohmann/json.hpp>

#include "node/desk/headquarters.hpp"
#include "node/desk/names.hpp"
#include "replication/log/admission.hpp"
#include "replication/roster/roster_author.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Cut;
using replication::ForkProof;
using replication::LogId;
using replication::Receipt;

/// One fork and what this node holds of its log.
struct Fork {
    ForkProof proof;
    LogId log;
    std::optional<replication::Head> held;
    std::optional<Cut> end;
};

Result<std::vector<Fork>> forks_of(Desk& desk) {
    TRY_ASSIGN(const auto proofs, desk.log().forks());
    TRY_ASSIGN(const auto heads, desk.log().heads());
    std::map<LogId, Fork> out;
    for (const ForkProof& proof : proofs) {
        const LogId log = proof.descriptor.id();
        const auto* head = heads.find(log);
        Fork fork{proof, log, head == nullptr ? std::nullopt : std::optional(*head),
                  replication::end_of(proof.descriptor, log, desk.roster())};
        const auto [place, is_new] = out.try_emplace(log, fork);
        if (!is_new && proof.number() < place->second.proof.number()) {
            place->second = fork;
        }
    }
    std::vector<Fork> list;
    for (auto& [log, fork] : out) {
        list.push_back(std::move(fork));
    }
    return list;
}

/// Of which branch a receipt speaks, as far as this node can tell: it holds that very commit, or
/// the receipt names the commit of the proof.
bool is_of_branch(Desk& desk, const replication::ReceiptHead& head, const Fork& fork,
                  const Hash& branch) {
    if (head.number == fork.proof.number()) {
        return head.hash == branch;
    }
    const auto at_fork = desk.log().find(fork.log, fork.proof.number());
    const auto at_head = desk.log().find(fork.log, head.number);
    return at_fork && *at_fork && (*at_fork)->hash == branch && at_head && *at_head &&
           (*at_head)->hash == head.hash;
}

json branch_json(Desk& desk, const Fork& fork, const Hash& branch,
                 const std::vector<Receipt>& receipts) {
    const auto held = desk.log().find(fork.log, fork.proof.number());
    json holders = json::array();
    for (const Receipt& receipt : receipts) {
        const auto* head = receipt.find(fork.log);
        if (head != nullptr && head->number >= fork.proof.number() &&
            is_of_branch(desk, *head, fork, branch)) {
            holders.push_back({{"node", to_base32(receipt.node.view())},
                               {"number", head->number.value},
                               {"hash", to_hex(head->hash.view())}});
        }
    }
    return {{"hash", to_hex(branch.view())},
            {"held_here", held && *held && (*held)->hash == branch},
            {"receipts", std::move(holders)}};
}

/// The furthest head of the log that a headquarters in force has receipted.
std::optional<replication::ReceiptHead> receipted(Desk& desk, const LogId& log,
                                                  const std::vector<Receipt>& receipts) {
    std::optional<replication::ReceiptHead> out;
    for (const Receipt& receipt : receipts) {
        const auto* node = desk.roster().node(receipt.node);
        const bool leads = node != nullptr && node->kind == replication::NodeKind::headquarters &&
                           !desk.roster().is_revoked(receipt.node);
        const auto* head = leads ? receipt.find(log) : nullptr;
        if (head != nullptr && (!out || out->number < head->number)) {
            out = *head;
        }
    }
    return out;
}

Result<Fork> find_fork(Desk& desk, const std::string& name) {
    TRY_ASSIGN(const auto forks, forks_of(desk));
    for (const Fork& fork : forks) {
        if (!name.empty() && to_base32(fork.log.view()).starts_with(name)) {
            if (fork.end) {
                return Error{fork_settled, "a cut has settled that fork at commit " +
                                               std::to_string(fork.end->number.value)};
            }
            return fork;
        }
    }
    return Error{fork_unknown, "no log that starts with '" + name +
                                   "' is known to have forked; see 'entrepot forks'"};
}

/// Whether what is held here at a number is this commit.
bool holds(Desk& desk, const LogId& log, replication::CommitNumber number, const Hash& hash) {
    const auto held = desk.log().find(log, number);
    return held && *held && (*held)->hash == hash;
}

/// The branch held here up to its head, or the other one up to the commit of the proof.
Result<Cut> choose(Desk& desk, const Fork& fork, const std::string& keep) {
    TRY_ASSIGN(const auto receipts, desk.log().receipts());
    const auto covered = receipted(desk, fork.log, receipts);
    const auto number = fork.proof.number();
    const Hash first = replication::commit_hash(fork.proof.first);
    const Hash second = replication::commit_hash(fork.proof.second);
    const bool held = fork.held && fork.held->number >= number;
    const bool holds_first = held && holds(desk, fork.log, number, first);
    if (covered && !holds(desk, fork.log, covered->number, covered->hash)) {
        return Error{fork_receipted,
                     "headquarters has given a receipt for a commit that is not "
                     "here; sync with the nodes that hold it first"};
    }
    const bool is_default = keep.empty();
    const bool keeps_first =
        is_default ? holds_first || !held : to_hex(first.view()).starts_with(keep);
    const bool keeps_second =
        is_default ? held && !holds_first : to_hex(second.view()).starts_with(keep);
    if (keeps_first == keeps_second) {
        return Error{fork_branch, "'" + keep + "' is not the hash of one of the two branches"};
    }
    if (held && keeps_first == holds_first) {
        return Cut{fork.log, fork.held->number, fork.held->hash};
    }
    if (covered && covered->number >= number) {
        return Error{fork_receipted,
                     "headquarters has given a receipt for the other branch, up to "
                     "commit " +
                         std::to_string(covered->number.value)};
    }
    return Cut{fork.log, number, keeps_first ? first : second};
}

Result<std::vector<Bytes>> sign_cut(Desk& desk, const json& body, Cut& cut) {
    if (!desk.vault().roster_key) {
        return Error{headquarters_only, "only a headquarters' node can do this; ask yours"};
    }
    TRY(desk.self());
    const auto text = [&body](const char* name) {
        const auto found = body.find(name);
        return found != body.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
    };
    TRY_ASSIGN(const Fork fork, find_fork(desk, text("log")));
    TRY_ASSIGN(cut, choose(desk, fork, text("keep")));
    const crypto::SigningKey* key = &*desk.vault().roster_key;
    replication::Roster draft = desk.roster();
    Bytes entry = replication::sign_entry(draft, desk.now(), replication::CutEntry{cut}, {&key, 1});
    TRY(draft.append(entry));
    std::vector<Bytes> out;
    out.push_back(std::move(entry));
    return out;
}

}  // namespace

Result<json> list_forks(Desk& desk) {
    TRY_ASSIGN(const auto forks, forks_of(desk));
    TRY_ASSIGN(const auto receipts, desk.log().receipts());
    json out = json::array();
    for (const Fork& fork : forks) {
        const auto* writer = desk.roster().node(fork.proof.descriptor.node);
        json each{{"log", to_base32(fork.log.view())},
                  {"node", to_base32(fork.proof.descriptor.node.view())},
                  {"unit", writer == nullptr ? "" : unit_name(desk, writer->unit)},
                  {"compartment", to_base32(fork.proof.descriptor.compartment.view())},
                  {"number", fork.proof.number().value},
                  {"settled", fork.end.has_value()}};
        if (fork.end) {
            each["kept"] = {{"number", fork.end->number.value},
                            {"hash", to_hex(fork.end->hash.view())}};
        }
        each["branches"] = {
            branch_json(desk, fork, replication::commit_hash(fork.proof.first), receipts),
            branch_json(desk, fork, replication::commit_hash(fork.proof.second), receipts)};
        out.push_back(std::move(each));
    }
    return json{{"forks", std::move(out)}};
}

void settle_fork(Desk& desk, const json& body, JsonDone done) {
    Cut cut;
    auto entries = sign_cut(desk, body, cut);
    if (!entries) {
        return done(std::move(entries).error());
    }
    desk.append_roster(*std::move(entries), [done = std::move(done), cut](Status stored) {
        done(stored ? Result<json>(json{{"log", to_base32(cut.log.view())},
                                        {"number", cut.number.value},
                                        {"hash", to_hex(cut.hash.view())}})
                    : Result<json>(std::move(stored).error()));
    });
}

}  // namespace entrepot::node
