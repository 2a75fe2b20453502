// Views of which somebody put back single rows: in each table, a row that is older, taken out,
// added or exchanged with another is noticed before anything of it is used.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "node/store/view_store.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

using replication::RecordKey;
using replication::RecordState;

using Rows = std::map<Bytes, Bytes>;
constexpr unsigned tables = 8;
constexpr unsigned standing = 3;
const char* const names[] = {"records", "ids",        "conflicts", "standing",
                             "waiting", "quarantine", "officers",  "far-reaching"};

EnvironmentOptions raw_options() {
    EnvironmentOptions out;
    out.tables = {{"r", TableKeys::numbers}, {"i", TableKeys::bytes},   {"x", TableKeys::numbers},
                  {"p", TableKeys::numbers}, {"w", TableKeys::numbers}, {"q", TableKeys::numbers},
                  {"o", TableKeys::numbers}, {"y", TableKeys::numbers}};
    return out;
}

Bytes copy(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

class Disk {
public:
    std::unique_ptr<ViewStore> open() {
        return std::move(ViewStore::open(path(), vault_key_.duplicate())).value();
    }
    Status opens() {
        const auto opened = ViewStore::open(path(), vault_key_.duplicate());
        return opened ? Status() : Status(opened.error());
    }
    std::filesystem::path path() const { return folder_.path() / "v"; }

    /// All rows of all tables, as stored.
    std::vector<Rows> rows() {
        const auto raw = std::move(Environment::open(path(), raw_options())).value();
        const Transaction transaction = std::move(raw->read()).value();
        std::vector<Rows> out(tables);
        for (unsigned table = 0; table < tables; ++table) {
            EXPECT_THAT(transaction.scan(TableIndex{table}, ByteView{},
                                         [&](ByteView row, ByteView value) {
                                             out[table][copy(row)] = copy(value);
                                             return true;
                                         }),
                        IsOk());
        }
        return out;
    }
    void put(const std::vector<Rows>& wanted) {
        const auto raw = std::move(Environment::open(path(), raw_options())).value();
        Transaction transaction = std::move(raw->write()).value();
        for (unsigned table = 0; table < tables; ++table) {
            EXPECT_THAT(transaction.clear(TableIndex{table}), IsOk());
            for (const auto& [row, value] : wanted[table]) {
                EXPECT_THAT(transaction.put(TableIndex{table}, row, value), IsOk());
            }
        }
        EXPECT_THAT(transaction.commit(), IsOk());
    }

private:
    crypto::SystemEntropy entropy_;
    crypto::Secret vault_key_ = entropy_.secret(32);
    TemporaryFolder folder_;
};

RecordKey key(unsigned n) {
    RecordKey out;
    out.record.bytes[0] = static_cast<std::uint8_t>(n);
    out.record.bytes[1] = 1;
    return out;
}

replication::CountedChange change(const std::string& place, std::uint8_t log) {
    replication::CountedChange out;
    out.dot.log.bytes[0] = log;
    out.dot.number.value = 1;
    out.change.database = "seizures";
    out.change.assignments = {{"place", place}};
    return out;
}

RecordState state(const std::string& place) {
    RecordState out;
    replication::merge_change(out, change(place, 1));
    return out;
}

/// Two values of one field, neither of which knew the other.
RecordState conflicted() {
    RecordState out = state("Kingston");
    replication::merge_change(out, change("Negril", 2));
    return out;
}

LogOfficers officers(std::uint8_t id) {
    replication::OfficerCertificate certificate;
    certificate.officer.bytes[0] = id;
    return {{certificate.officer, certificate}};
}

replication::LogId log_id(unsigned n) {
    replication::LogId out;
    out.bytes[0] = static_cast<std::uint8_t>(n);
    return out;
}

void wait_for(ViewStore& views, unsigned count) {
    std::vector<replication::ArrivedChange> arrived(count);
    std::vector<const replication::ArrivedChange*> waiting;
    for (unsigned i = 0; i < count; ++i) {
        arrived[i].record = key(i);
        arrived[i].counted = change("Negril", 1);
        arrived[i].counted.change.record = key(i).record;
        waiting.push_back(&arrived[i]);
    }
    ASSERT_THAT(views.keep_waiting(waiting), IsOk());
}

/// Puts rows in every table, and other ones in their places when it is done again.
void write_all(ViewStore& views, const std::string& code) {
    for (unsigned n = 1; n <= 3; ++n) {
        ASSERT_THAT(views.forget(key(n)), IsOk());
        ASSERT_THAT(views.save(key(n), state(code)), IsOk());
        ASSERT_THAT(views.save(key(10 + n), conflicted()), IsOk());
        ASSERT_THAT(views.save(key(20 + n), state(code)), IsOk());
        ASSERT_THAT(views.keep_officers(log_id(n), officers(static_cast<std::uint8_t>(n))), IsOk());
        ASSERT_THAT(views.add_far_reaching(key(n)), IsOk());
    }
    wait_for(views, 3);
    ASSERT_THAT(views.drop_quarantined([](const auto&) { return true; }), IsOk());
    for (std::uint32_t place = 1; place <= 3; ++place) {
        ASSERT_THAT(views.add_quarantined({{}, place, code, "broken"}), IsOk());
    }
    views.set_position({views.position().value + 1});
    ASSERT_THAT(views.flush(), IsOk());
}

class RolledBackRows : public testing::Test {
protected:
    void SetUp() override {
        const auto write = [this](const std::string& code) {
            const auto views = disk_.open();
            write_all(*views, code);
        };
        write("older");
        older_ = disk_.rows();
        write("newer");
        {
            const auto views = disk_.open();
            ASSERT_THAT(views->save(key(12), state("Montego Bay")), IsOk());
            ASSERT_THAT(views->flush(), IsOk());
        }
        newer_ = disk_.rows();
    }
    void expect_noticed(const std::vector<Rows>& rows, const std::string& what) {
        disk_.put(rows);
        EXPECT_THAT(disk_.opens(), HasCode(store_damaged)) << what;
    }
    Disk disk_;
    std::vector<Rows> older_, newer_;
};

TEST_F(RolledBackRows, AreNoticedWhereTheyArePutBackToOlderOnesOneByOne) {
    std::set<unsigned> tried;
    for (unsigned table = 0; table < tables; ++table) {
        for (const auto& [row, value] : older_[table]) {
            const auto found = newer_[table].find(row);
            if (found != newer_[table].end() && found->second != value) {
                auto changed = newer_;
                changed[table][row] = value;
                expect_noticed(changed, names[table]);
                tried.insert(table);
            }
        }
    }
    // Rows of conflicts and far-reaching records are written once, and then only taken out.
    EXPECT_EQ(tried, (std::set<unsigned>{0, 1, 3, 4, 5, 6}));
}

TEST_F(RolledBackRows, AreNoticedWhereTheyAreTakenOutOneByOne) {
    for (unsigned table = 0; table < tables; ++table) {
        ASSERT_FALSE(newer_[table].empty()) << names[table];
        for (const auto& [row, value] : newer_[table]) {
            auto changed = newer_;
            changed[table].erase(row);
            expect_noticed(changed, names[table]);
        }
    }
}

TEST_F(RolledBackRows, AreNoticedWhereRowsThatWereTakenOutComeBackOrNewOnesAreAdded) {
    for (unsigned table = 0; table < tables; ++table) {
        for (const auto& [row, value] : older_[table]) {
            if (!newer_[table].contains(row)) {
                auto changed = newer_;
                changed[table][row] = value;
                expect_noticed(changed, names[table]);
            }
        }
        if (table != standing) {
            auto changed = newer_;
            Bytes row = newer_[table].rbegin()->first;
            row.back() ^= 0x40;
            changed[table][row] = newer_[table].rbegin()->second;
            expect_noticed(changed, names[table]);
        }
    }
}

TEST_F(RolledBackRows, AreNoticedWhereTwoExchangeTheirValues) {
    for (unsigned table = 0; table < tables; ++table) {
        const bool is_one_value = table == 2;  // every row of conflicts is one byte, 1
        if (table != standing && !is_one_value) {
            auto changed = newer_;
            ASSERT_GE(changed[table].size(), 2U);
            std::swap(changed[table].begin()->second, changed[table].rbegin()->second);
            expect_noticed(changed, names[table]);
        }
    }
}

TEST_F(RolledBackRows, AreNoticedInOneTableThatIsOlderAsAWhole) {
    for (unsigned table = 0; table < tables; ++table) {
        auto changed = newer_;
        changed[table] = older_[table];
        expect_noticed(changed, names[table]);
        auto rest = older_;
        rest[table] = newer_[table];
        expect_noticed(rest, names[table]);
    }
}

TEST_F(RolledBackRows, AreOnlyOlderViewsWhereAllOfThemAreOfOneMoment) {
    disk_.put(older_);
    EXPECT_EQ(disk_.open()->position().value, 1U);
    disk_.put(newer_);
    EXPECT_EQ(disk_.open()->position().value, 2U);
}

TEST_F(RolledBackRows, AreMissedByNobodyWhoOnlyLosesTheStanding) {
    auto changed = newer_;
    changed[standing].clear();
    expect_noticed(changed, "standing");
}

RC_GTEST_PROP(ViewMarks, AgreeWithTheRowsAfterAnyWritesAndFailures,
              (std::vector<std::uint8_t> acts)) {
    Disk disk;
    auto views = disk.open();
    for (const std::uint8_t act : acts) {
        const unsigned n = act / 16U % 4U;
        const bool is_odd = act / 64U % 2U == 1;
        switch (act % 12) {
            case 0:
            case 1:
                RC_ASSERT(views->save(key(n), is_odd ? conflicted() : state("Negril")).has_value());
                break;
            case 2:
                RC_ASSERT(views->load(key(n)).has_value());
                break;
            case 3:
                RC_ASSERT(views->forget(key(n)).has_value());
                break;
            case 4:
                RC_ASSERT(views->add_far_reaching(key(n)).has_value());
                break;
            case 5:
                RC_ASSERT(views->add_quarantined({{}, n, "change.seal", "broken"}).has_value());
                break;
            case 6:
                RC_ASSERT(views->drop_quarantined([n](const QuarantinedContent& content) {
                                   return content.change == n;
                               }).has_value());
                break;
            case 7:
                RC_ASSERT(views->keep_officers(log_id(n), officers(act)).has_value());
                break;
            case 8:
                wait_for(*views, n);
                break;
            case 9:
                RC_ASSERT(views->forget_batch().has_value());
                break;
            case 10:
                RC_ASSERT(views->flush().has_value());
                RC_ASSERT(!is_odd || views->compact().has_value());
                break;
            default:
                RC_ASSERT(is_odd || views->clear().has_value());
                views.reset();
                RC_ASSERT(disk.opens().has_value());
                views = disk.open();
        }
    }
    RC_ASSERT(views->flush().has_value());
    views.reset();
    RC_ASSERT(disk.opens().has_value());
}

}  // namespace
}  // namespace entrepot::node
