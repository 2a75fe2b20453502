#include "node/erasure/found_changes.hpp"

#include <gtest/gtest.h>

#include "replication/log/commit_builder.hpp"
#include "tests/support/desk_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"

namespace entrepot::node {
namespace {

using namespace replication;

const RecordId wanted_record{{7}}, other_record{{8}};

BlobId blob(std::uint8_t number) {
    return BlobId{{number}};
}

Change change_of(const RecordId& record, const std::string& path, Value value) {
    Change out;
    out.record = record;
    out.database = "seizures";
    out.assignments = {{path, std::move(value)}};
    return out;
}

Change photo_of(const RecordId& record, std::uint8_t original, std::uint8_t screen,
                std::uint8_t thumbnail) {
    PhotoValue photo;
    photo.media_type = "image/jpeg";
    photo.original.blob = blob(original);
    photo.screen.blob = blob(screen);
    photo.thumbnail.blob = blob(thumbnail);
    return change_of(record, "photos/1/photo", photo);
}

/// Headquarters holds the airport's log of joint seizures: two commits that count and one beyond a
/// cut; and, of a branch that the log has left, another second commit.
class FoundChangesTest : public ::testing::Test {
protected:
    FoundChangesTest()
        : fixture_("headquarters", true,
                   [this](AdministrationFixture& administration) { return held(administration); }) {
    }

    std::vector<WriteContent> held(AdministrationFixture& administration) {
        log_ = {administration.id("airport"), administration.compartment("joint seizures"),
                Incarnation{{5}}};
        const Bytes first =
            commit(administration, 1, {},
                   {change_of(wanted_record, "place", std::string("Negril")),
                    photo_of(wanted_record, 1, 2, 3), photo_of(other_record, 1, 4, 5)});
        const Hash before = commit_hash(first);
        const Bytes left = commit(administration, 2, before,
                                  {change_of(wanted_record, "place", std::string("Lucea")),
                                   change_of(wanted_record, "place", std::string("Kingston"))});
        const Bytes second = commit(administration, 2, before,
                                    {change_of(other_record, "place", std::string("Morant Bay"))});
        const Bytes third = commit(administration, 3, commit_hash(second),
                                   {change_of(wanted_record, "remarks", std::string("late"))});
        administration.move_cut({log_.id(), {2}, commit_hash(second)});
        const auto& entries = administration.entries();
        return {RosterWrite{{entries.size()}, entries.back()},
                write(1, first),
                write(2, left),
                RewindWrite{log_.id(), log_, {1}, commit_hash(second)},
                write(2, second),
                QuarantineWrite{write(3, third)}};
    }
    CommitWrite write(std::uint64_t number, const Bytes& commit) const {
        return {log_.id(), log_, {number}, commit_hash(commit), commit};
    }
    Bytes commit(AdministrationFixture& administration, std::uint64_t number, const Hash& before,
                 const std::vector<Change>& changes) {
        const RosterLength length = administration.roster().length();
        const crypto::Secret key = administration.key(log_.compartment);
        CommitBuilder builder({log_.id(),
                               {number},
                               before,
                               HybridTime{number},
                               length,
                               administration.roster().generation_at(log_.compartment, length)},
                              key, administration.entropy());
        for (const Change& change : changes) {
            builder.add(packing_.pack(*encode_change(change)));
        }
        Bytes out = builder.finish({}, {});
        sign_commit(out, administration.identity("airport").sign());
        return out;
    }
    FoundChanges found(const std::string& path = "") {
        auto out = find_changes(fixture_.desk(), {{{log_.compartment, wanted_record}}, path});
        EXPECT_THAT(out, IsOk());
        return out ? *std::move(out) : FoundChanges{};
    }
    /// "2.1" for the first change of the second commit; "(2.1)" where it does not count.
    static std::string places(const FoundChanges& found) {
        std::string out;
        for (const FoundChange& change : found.changes) {
            const std::string place = std::to_string(change.place.number.value) + "." +
                                      std::to_string(change.place.change);
            out += (out.empty() ? "" : " ") + (change.counts ? place : "(" + place + ")");
        }
        return out;
    }

    Packing packing_;
    LogDescriptor log_;
    DeskFixture fixture_;
};

TEST_F(FoundChangesTest, AreThoseThatCountAndThoseBesideTheirLog) {
    EXPECT_EQ(places(found()), "1.1 1.2 (2.2) (3.1)");
}

TEST_F(FoundChangesTest, NameNoPlaceWhereTheLogHasAnotherRecordsChange) {
    EXPECT_EQ(found().unreachable, 1U) << "2.1 on the branch that was left";
    EXPECT_EQ(found("place").unreachable, 1U);
    EXPECT_EQ(found("remarks").unreachable, 0U);
}

TEST_F(FoundChangesTest, OfAPathLeaveTheOthersOut) {
    EXPECT_EQ(places(found("place")), "1.1 (2.2)");
    EXPECT_EQ(places(found("photos")), "1.2") << "below it";
    EXPECT_EQ(places(found("photo")), "") << "a name that only begins alike";
}

TEST_F(FoundChangesTest, HaveTheBlobsThatNobodyElseNames) {
    EXPECT_EQ(found().blobs, (std::set<BlobId>{blob(2), blob(3)}));
    EXPECT_TRUE(found("place").blobs.empty());
}

}  // namespace
}  // namespace entrepot::node
