// What an erasure does to the views of a node that had merged the content.
#include <gtest/gtest.h>

#include "replication/log/commit_builder.hpp"
#include "tests/node/journal/journal_node.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using namespace replication;

class ErasedRecords : public ::testing::Test {
protected:
    ErasedRecords() { node_.offer_roster(administration_.entries()); }

    /// The airport's next commit: for each record one change of its place.
    void write(const std::vector<RecordId>& records, std::int64_t value, bool sees_last = true) {
        const auto length = administration_.roster().length();
        const crypto::Secret key = administration_.key(log_.compartment);
        CommitBuilder builder({log_.id(), CommitNumber{commits_.size() + 1},
                               commits_.empty() ? Hash{} : commit_hash(commits_.back()),
                               HybridTime{commits_.size() + 1}, length,
                               administration_.roster().generation_at(log_.compartment, length)},
                              key, administration_.entropy());
        for (const RecordId& record : records) {
            Change change;
            change.record = record;
            change.database = "directory";
            if (!commits_.empty() && sees_last) {
                change.context = {{log_.id(), CommitNumber{commits_.size()},
                                   prefix_of(commit_hash(commits_.back()))}};
            }
            change.assignments = {{"place", value}};
            builder.add(packing_.pack(encode_change(change).value()));
        }
        Bytes commit = builder.finish({}, {});
        sign_commit(commit, administration_.identity("airport").sign());
        commits_.push_back(commit);
        node_.offer(log_, commits_.back());
    }
    void order(const RecordId& record, const std::vector<ChangePlace>& places, bool whole) {
        ErasureEntry entry;
        entry.record = erased_record(log_.compartment, record);
        entry.changes = places;
        entry.whole = whole;
        administration_.append(entry);
        node_.offer_roster(administration_.entries());
        node_.project();
    }
    ChangePlace place(std::uint64_t number, std::uint16_t change) {
        return {log_.id(), {number}, change};
    }
    std::optional<Value> value_of(const RecordId& record) {
        const auto state = node_.views().load({log_.compartment, record}).value();
        const PathState* path = state ? state->find("place") : nullptr;
        return path == nullptr ? std::nullopt : std::optional(path->siblings.at(0).value);
    }
    std::vector<std::string> codes() {
        std::vector<std::string> out;
        const auto quarantined = node_.views().quarantined().value();
        for (const auto& content : quarantined) {
            out.push_back(content.code);
        }
        return out;
    }
    /// What views made from nothing show.
    void expect_the_same_made_anew() {
        const auto before = node_.states();
        const auto listed = codes();
        ASSERT_THAT(node_.views().clear(), IsOk());
        node_.restart_worker();
        node_.project();
        EXPECT_EQ(node_.states(), before);
        EXPECT_EQ(codes(), listed);
    }

    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    /// Of a database in which a node may write without an officer.
    const CompartmentId names_ = administration_.add_compartment(
        "directory", "names",
        {{administration_.id("airport"), Right::write},
         {administration_.id("headquarters"), Right::write}});
    JournalNode node_{administration_, "headquarters"};
    LogDescriptor log_{administration_.id("airport"), names_, Incarnation{{1}}};
    Packing packing_{Packing::no_dictionary};
    std::vector<Bytes> commits_;
    const RecordId one_{{1}}, two_{{2}};
};

TEST_F(ErasedRecords, AreMadeAnewWithoutTheChangesThatWereErased) {
    write({one_, two_}, 7);
    write({one_, two_}, 8);
    node_.project();
    ASSERT_EQ(value_of(one_), Value(std::int64_t{8}));
    order(one_, {place(2, 1)}, false);
    EXPECT_EQ(value_of(one_), Value(std::int64_t{7}));
    EXPECT_EQ(value_of(two_), Value(std::int64_t{8}));
    write({one_}, 9);
    node_.project();
    EXPECT_EQ(value_of(one_), Value(std::int64_t{9})) << "its context names the erased commit";
    expect_the_same_made_anew();
}

TEST_F(ErasedRecords, AreGoneWhenEveryChangeOfThemIs) {
    write({one_, two_}, 7);
    node_.project();
    order(one_, {place(1, 1)}, false);
    EXPECT_FALSE(node_.views().load({log_.compartment, one_}).value());
    EXPECT_EQ(value_of(two_), Value(std::int64_t{7}));
    expect_the_same_made_anew();
}

TEST_F(ErasedRecords, ErasedWholeTakeNoLaterChangeAndListIt) {
    write({one_, two_}, 7);
    write({one_}, 8);
    node_.project();
    order(one_, {place(1, 1)}, true);
    EXPECT_FALSE(node_.views().load({log_.compartment, one_}).value());
    EXPECT_EQ(codes(), std::vector<std::string>{std::string(change_record_erased.name())});
    write({one_}, 9, false);
    node_.project();
    EXPECT_FALSE(node_.views().load({log_.compartment, one_}).value());
    EXPECT_EQ(codes().size(), 2u);
    order(one_, {place(2, 1), place(3, 1)}, true);
    EXPECT_TRUE(codes().empty());
    EXPECT_EQ(value_of(two_), Value(std::int64_t{7}));
    expect_the_same_made_anew();
}

TEST_F(ErasedRecords, LoseWhatWaited) {
    write({one_}, 7);
    write({one_}, 8);
    write({one_}, 9);
    // A change whose context names a commit that nobody has sent waits.
    LogDescriptor unknown = log_;
    unknown.incarnation = Incarnation{{9}};
    Change change;
    change.record = two_;
    change.database = "directory";
    change.context = {{unknown.id(), {1}, HashPrefix{{1}}}};
    change.assignments = {{"place", std::int64_t{5}}};
    const auto length = administration_.roster().length();
    const crypto::Secret key = administration_.key(log_.compartment);
    CommitBuilder builder({log_.id(), {4}, commit_hash(commits_.back()), {9}, length,
                           administration_.roster().generation_at(log_.compartment, length)},
                          key, administration_.entropy());
    builder.add(packing_.pack(encode_change(change).value()));
    commits_.push_back(builder.finish({}, {}));
    sign_commit(commits_.back(), administration_.identity("airport").sign());
    node_.offer(log_, commits_.back());
    node_.project();
    ASSERT_EQ(node_.waiting().size(), 1u);
    order(two_, {place(4, 1)}, false);
    EXPECT_TRUE(node_.waiting().empty());
    node_.restart_worker();
    EXPECT_TRUE(node_.waiting().empty());
}

TEST_F(ErasedRecords, OfACompartmentThatTheNodeMayNotReadAnyMoreAreGoneUntilItMay) {
    write({one_, two_}, 7);
    node_.project();
    ASSERT_EQ(node_.states().size(), 2u);
    const NodeId self = administration_.id("headquarters");
    administration_.grant(log_.compartment, self, Right::relay);
    node_.offer_roster(administration_.entries());
    node_.project();
    EXPECT_TRUE(node_.states().empty());
    EXPECT_EQ(node_.views().counts().at({log_.compartment, "directory"}).records, 0u);
    write({one_}, 8);
    node_.project();
    EXPECT_TRUE(node_.states().empty());
}

}  // namespace
}  // namespace entrepot::node
