// The shipped catalogue, loaded once for a test program, and a record made by hand from documents.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/primitives.hpp"
#include "node/databases/catalogue.hpp"
#include "node/databases/record_document.hpp"
#include "node/databases/validate.hpp"

namespace entrepot::node::test {

inline const Catalogue& catalogue() {
    static const std::unique_ptr<Catalogue> loaded = [] {
        (void)crypto::initialise();
        auto result = Catalogue::load();
        if (!result) {
            ADD_FAILURE() << result.error().context;
            std::abort();
        }
        return std::move(result).value();
    }();
    return *loaded;
}

inline const Schema& schema(std::string_view database) {
    auto found = catalogue().schema(database);
    EXPECT_TRUE(found) << found.error().context;
    return **found;
}

/// A seizure with everything the simplified form wants.
inline nlohmann::json good_seizure() {
    return nlohmann::json::parse(R"({
        "kind": "seizure", "status": "submitted", "seized_on": "2026-03-07", "country": "JM",
        "direction": "import", "place": "Norman Manley Airport", "technical_aids": ["dog", "x_ray"],
        "goods": [{"category": "drugs", "type": "cocaine", "quantity": "2.50", "unit": "kg"}],
        "route": [{"role": "departure", "country": "CO", "place": "Bogotá"},
                  {"role": "destination", "country": "GB"}]})");
}

/// One author, whose changes each have seen all before.
class Record {
public:
    explicit Record(std::string database) { state_.database = std::move(database); }

    const replication::RecordState& state() const { return state_; }
    void save(std::vector<replication::Assignment> assignments, std::uint8_t log = 1) {
        save_having_seen(std::move(assignments), state_.shown, log);
    }
    void save_having_seen(std::vector<replication::Assignment> assignments,
                          replication::Context seen, std::uint8_t log) {
        replication::CountedChange counted;
        counted.dot.log.bytes[0] = log;
        counted.dot.number.value = ++last_[log];
        counted.hash.bytes[0] = static_cast<std::uint8_t>(last_[log]);
        counted.time = replication::HybridTime::from_wall({++clock_});
        counted.change.database = state_.database;
        counted.change.context = std::move(seen);
        counted.change.assignments = std::move(assignments);
        ASSERT_TRUE(replication::check_change(counted.change));
        replication::merge_change(state_, counted);
    }

private:
    replication::RecordState state_;
    std::array<std::uint64_t, 256> last_{};
    std::int64_t clock_ = 1700000000000;
};

/// The problems in words, to be compared whole.
inline std::vector<std::string> words_of(const std::vector<Problem>& problems) {
    std::vector<std::string> out;
    for (const Problem& problem : problems) {
        out.push_back(in_words(problem));
    }
    return out;
}

inline replication::Value* value_at(ReadDocument& read, std::string_view path) {
    for (replication::Assignment& assignment : read.assignments) {
        if (assignment.path == path) {
            return &assignment.value;
        }
    }
    return nullptr;
}

}  // namespace entrepot::node::test
