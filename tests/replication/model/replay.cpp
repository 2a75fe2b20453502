#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "tests/replication/model/history.hpp"

namespace entrepot::replication::history {

struct Replay::Memory final : RecordStates {
    std::map<RecordKey, Bytes> states;

    Result<std::optional<RecordState>> load(const RecordKey& key) override {
        const auto found = states.find(key);
        if (found == states.end()) {
            return std::optional<RecordState>{};
        }
        TRY_ASSIGN(RecordState state, decode_state(found->second));
        return std::optional<RecordState>{std::move(state)};
    }
    Status save(const RecordKey& key, const RecordState& state) override {
        states[key] = encode_state(state);
        return {};
    }
    Status forget(const RecordKey& key) override {
        states.erase(key);
        return {};
    }
};

struct Replay::Knowledge final : CommitKnowledge {
    const History* history = nullptr;
    std::map<LogId, CommitNumber> opened;
    bool cuts_known = false;

    CommitStanding standing(const ContextEntry& named) const override {
        const Dot dot{named.log, named.number};
        if (cuts_known && history->excluded(dot, named.hash)) {
            return CommitStanding::excluded;
        }
        const auto last = opened.find(named.log);
        if (last == opened.end() || last->second < named.number) {
            return CommitStanding::unknown;
        }
        return named.hash == hash_of(dot) ? CommitStanding::held : CommitStanding::other_branch;
    }
};

Replay::Replay(const History& history)
    : memory_(std::make_unique<Memory>()), knowledge_(std::make_unique<Knowledge>()) {
    knowledge_->history = &history;
    applier_ = std::make_unique<Applier>(*memory_, *knowledge_);
}
Replay::~Replay() = default;

void Replay::deliver(const Commit& commit) {
    CommitNumber& opened = knowledge_->opened[commit.dot.log];
    opened = std::max(opened, commit.dot.number);
    changed_.clear();
    for (const ArrivedChange& change : commit.changes) {
        const Result<std::vector<RecordKey>> changed = applier_->apply(change);
        ENSURE(changed.has_value());
        changed_.insert(changed_.end(), changed->begin(), changed->end());
    }
    const Result<std::vector<RecordKey>> more = applier_->opened(commit.dot);
    ENSURE(more.has_value());
    changed_.insert(changed_.end(), more->begin(), more->end());
}

void Replay::restart() {
    auto fresh = std::make_unique<Applier>(*memory_, *knowledge_);
    for (const ArrivedChange* waiting : applier_->waiting()) {
        fresh->restore_waiting(*waiting);
    }
    applier_ = std::move(fresh);
}

void Replay::settle() {
    knowledge_->cuts_known = true;
    ENSURE(applier_->recheck().has_value());
}

void Replay::deliver_all(Tape& tape) {
    std::map<LogId, std::vector<const Commit*>> left = knowledge_->history->opening();
    std::vector<const Commit*> delivered;
    while (!left.empty()) {
        auto chosen = left.begin();
        std::advance(chosen, tape.below(left.size()));
        delivered.push_back(chosen->second.front());
        deliver(*delivered.back());
        chosen->second.erase(chosen->second.begin());
        if (chosen->second.empty()) {
            left.erase(chosen);
        }
        const std::size_t event = tape.below(12);
        if (event == 11) {
            deliver(*delivered[tape.below(delivered.size())]);
        } else if (event == 10) {
            restart();
        } else if (event == 9) {
            settle();
        }
    }
    settle();
}

void Replay::recompute(const History& changed, Tape& tape) {
    knowledge_->history = &changed;
    knowledge_->cuts_known = true;
    knowledge_->opened.clear();
    memory_->states.clear();
    applier_ = std::make_unique<Applier>(*memory_, *knowledge_);
    deliver_all(tape);
}

std::map<RecordKey, Bytes> Replay::states() const {
    return memory_->states;
}

RecordState Replay::state(const RecordKey& record) const {
    const auto found = memory_->states.find(record);
    return found == memory_->states.end() ? RecordState{} : decode_state(found->second).value();
}

}  // namespace entrepot::replication::history
