// Views of which rows were put back are made anew from the log, and are then what they were.
#include <gtest/gtest.h>

#include "tests/node/journal/journal_fixture.hpp"

namespace entrepot::node {
namespace {

class RolledBackViews : public JournalFixture, public testing::Test {
protected:
    static EnvironmentOptions raw_options() {
        EnvironmentOptions out;
        for (const char* name : {"r", "i", "x", "p", "w", "q", "o", "y"}) {
            const bool is_hash = std::string_view(name) == "i";
            out.tables.emplace_back(name, is_hash ? TableKeys::bytes : TableKeys::numbers);
        }
        return out;
    }
    /// The first row of a table; nothing when it has none.
    std::optional<std::pair<Bytes, Bytes>> first_row(TableIndex table) {
        const auto raw = std::move(Environment::open(views_directory(), raw_options())).value();
        const Transaction transaction = std::move(raw->read()).value();
        std::optional<std::pair<Bytes, Bytes>> out;
        EXPECT_THAT(transaction.scan(table, ByteView{},
                                     [&](ByteView row, ByteView value) {
                                         out.emplace(Bytes(row.begin(), row.end()),
                                                     Bytes(value.begin(), value.end()));
                                         return false;
                                     }),
                    IsOk());
        return out;
    }
    void write_raw(const std::function<Status(Transaction&)>& act) {
        const auto raw = std::move(Environment::open(views_directory(), raw_options())).value();
        Transaction transaction = std::move(raw->write()).value();
        EXPECT_THAT(act(transaction), IsOk());
        EXPECT_THAT(transaction.commit(), IsOk());
    }
    void expect_made_anew(const std::multiset<std::string>& before) {
        const auto damage = open_views_checked();
        ASSERT_TRUE(damage);
        EXPECT_EQ(damage->code, store_damaged);
        EXPECT_EQ(outcome(), before);
        EXPECT_FALSE(open_views_checked()) << "they are right again";
    }
};

TEST_F(RolledBackViews, AreMadeAnewWhereARowOfAnyTableIsLost) {
    const auto by = officer(replication::bit_of(replication::OfficerRole::entry));
    take({.officers = {by.introducing()}, .records = 3});
    take({.officers = {by.signing()}, .database = "suspects"});  // its certificate is not there
    const auto before = outcome();
    std::size_t tried = 0;
    for (unsigned table = 0; table < 8; ++table) {
        close_views();
        const auto row = first_row(TableIndex{table});
        if (row) {
            ++tried;
            write_raw([&](Transaction& raw) { return raw.remove(TableIndex{table}, row->first); });
            expect_made_anew(before);
        }
        open_views();
    }
    EXPECT_GE(tried, 5U);  // records, ids, standing, quarantine, officers
}

TEST_F(RolledBackViews, AreMadeAnewWhereOneLogSaysOlderThingsOfItsOfficers) {
    auto by = officer(replication::bit_of(replication::OfficerRole::entry));
    take({.officers = {by.introducing()}});
    close_views();
    const auto older = first_row(TableIndex{6});
    ASSERT_TRUE(older);
    open_views();
    by.certificate.roles |= replication::bit_of(replication::OfficerRole::supervisor);
    certify(by);
    take({.officers = {by.introducing()}});
    const auto before = outcome();
    close_views();
    ASSERT_NE(first_row(TableIndex{6})->second, older->second);
    write_raw(
        [&](Transaction& raw) { return raw.put(TableIndex{6}, older->first, older->second); });
    expect_made_anew(before);
}

TEST_F(RolledBackViews, CatchUpWhereAllOfThemAreOlder) {
    take({.records = 2});
    close_views();
    const auto copy = views_directory().string() + ".copy";
    std::filesystem::copy(views_directory(), copy, std::filesystem::copy_options::recursive);
    open_views();
    take({.records = 2});
    const auto before = outcome();
    close_views();
    std::filesystem::remove_all(views_directory());
    std::filesystem::rename(copy, views_directory());
    EXPECT_FALSE(open_views_checked());
    EXPECT_EQ(outcome(), before);
}

}  // namespace
}  // namespace entrepot::node
