#include "tests/node/journal/branching_history.hpp"

#include "tests/support/started_crypto.hpp"

namespace entrepot::node {

using namespace replication;

BranchingHistory::BranchingHistory(std::uint64_t seed)
    : dice_(seed),
      administration_(AdministrationFixture::with_two_units(seed % 3 + 1)),
      compartment_(administration_.compartment("joint seizures")) {
    for (std::size_t i = 0; i < 3; ++i) {
        records_.push_back(dice_.entropy().fixed<RecordId>());
    }
    start("airport");
    for (std::uint64_t count = dice_.below(3); count > 0; --count) {
        write(0);
    }
    branches_.push_back(branches_[0]);
    const std::vector<Wrote> shared = wrote_;
    for (Wrote each : shared) {
        each.branch = 1;
        wrote_.push_back(each);
    }
    start("seaport");
    start("headquarters");
    for (int i = 0; i < 14; ++i) {
        write(dice_.below(branches_.size()));
    }
    simulation::Dice erasing(seed + 1000);  // so that the rest is what the seed gave before
    draw_erasure(erasing);
    draw_entries();
    draw_erasure(erasing);
}

void BranchingHistory::start(const std::string& writer) {
    branches_.push_back(
        {writer,
         {administration_.id(writer), compartment_, dice_.entropy().fixed<Incarnation>()},
         {}});
}

/// For each log the newest commit of the record, or an older one, or none; of a forked log that of
/// one branch.
Context BranchingHistory::draw_context(std::size_t branch, const RecordId& record) {
    std::map<LogId, ContextEntry> out;
    for (const Wrote& wrote : wrote_) {
        const bool own = wrote.branch == branch;
        const bool of_sibling = branch + wrote.branch == 1 && !own;
        if (wrote.record != record || of_sibling) {
            continue;
        }
        const auto found = out.find(wrote.entry.log);
        if (own || dice_.percent(found == out.end() ? 60 : 75)) {
            out[wrote.entry.log] = wrote.entry;
        }
    }
    Context context;
    for (const auto& [log, entry] : out) {
        context.push_back(entry);
    }
    return context;
}

void BranchingHistory::write(std::size_t at) {
    Branch& branch = branches_[at];
    Change change;
    change.record = records_[dice_.below(records_.size())];
    change.database = "seizures";
    change.context = draw_context(at, change.record);
    const std::array<Path, 3> paths{"goods/1/quantity", "place", "remarks"};
    change.assignments.push_back(
        {paths[dice_.below(paths.size())], static_cast<std::int64_t>(dice_.below(1000))});
    const bool is_first = branch.commits.empty();
    const auto previous = is_first ? Hash{} : commit_hash(branch.commits.back());
    const crypto::Secret key = administration_.key(compartment_);
    const RosterLength length = administration_.roster().length();
    CommitBuilder builder({branch.descriptor.id(), CommitNumber{branch.commits.size() + 1},
                           previous, HybridTime{wrote_.size() + 1}, length,
                           administration_.roster().generation_at(compartment_, length)},
                          key, dice_.entropy());
    builder.add(packing_.pack(encode_change(change).value()));
    Bytes commit = builder.finish({}, {});
    sign_commit(commit, administration_.identity(branch.writer).sign());
    branch.commits.push_back(commit);
    wrote_.push_back({at,
                      change.record,
                      {branch.descriptor.id(), CommitNumber{branch.commits.size()},
                       prefix_of(commit_hash(commit))}});
}

Cut BranchingHistory::cut_at(const Branch& branch, std::uint64_t number) const {
    return {branch.descriptor.id(),
            {number},
            number == 0 ? Hash{} : commit_hash(branch.commits[number - 1])};
}

/// Cuts of the forked log that move forward, and of the seaport's; rights taken and given back.
/// Some changes of one record, in whatever branch; sometimes the record is erased whole.
void BranchingHistory::draw_erasure(simulation::Dice& dice) {
    const RecordId record = records_[dice.below(records_.size())];
    std::set<ChangePlace> places;
    for (const Wrote& wrote : wrote_) {
        if (wrote.record == record && dice.percent(40)) {
            places.insert({wrote.entry.log, wrote.entry.number, 1});
        }
    }
    ErasureEntry order;
    order.record = erased_record(compartment_, record);
    order.changes.assign(places.begin(), places.end());
    order.whole = dice.percent(30);
    if (!places.empty() || order.whole) {
        administration_.append(std::move(order));
    }
}

void BranchingHistory::draw_entries() {
    named_ = branches_[1].commits.empty() || dice_.percent(50) ? 0 : 1;
    if (branches_[named_].commits.empty()) {
        named_ = 1 - named_;
    }
    std::uint64_t cut = 0;
    for (std::uint64_t left = 1 + dice_.below(3); left > 0; --left) {
        const std::uint64_t most = named().commits.size();
        if (cut < most) {
            cut += 1 + dice_.below(most - cut);
            administration_.move_cut(cut_at(named(), cut));
        }
        if (dice_.percent(40)) {
            administration_.grant(compartment_, administration_.id("seaport"),
                                  dice_.percent(50) ? Right::read : Right::write);
        }
    }
    if (cut == 0) {
        administration_.revoke(administration_.id("airport"), {});
    }
    if (dice_.percent(40) && !branches_[2].commits.empty()) {
        const std::uint64_t all = branches_[2].commits.size(), first = 1 + dice_.below(all);
        administration_.revoke(administration_.id("seaport"), {cut_at(branches_[2], first)});
        if (first < all && dice_.percent(50)) {
            administration_.move_cut(cut_at(branches_[2], all));
        }
    }
}

}  // namespace entrepot::node
