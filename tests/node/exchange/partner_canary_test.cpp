// The canary once more, at the far end: a marker in every field of a record of every database that
// can be released, and then everything that the partner's headquarters holds is decrypted with the
// keys that the outer roster wraps to it. Only what the allow-list lets through may be there.
#include <algorithm>

#include "node/databases/text/date_text.hpp"
#include "node/desk/headquarters.hpp"
#include "node/exchange/release_desk.hpp"
#include "tests/node/exchange/allow_list.hpp"
#include "tests/node/exchange/partner_fixture.hpp"

namespace entrepot::node {
namespace {

using test::Planted;

/// What the partner's disk holds, as it lies there and as the partner's keys open it.
struct Held {
    Bytes as_stored, opened;

    /// What is shorter than this stands in kilobytes of ciphertext by chance.
    static constexpr std::size_t telling_from = 5;
    bool holds(ByteView part) const {
        return test::holds(opened, part) ||
               (part.size() >= telling_from && test::holds(as_stored, part));
    }
};

class PartnerCanary : public PartnerDesks {
protected:
    void SetUp() override {
        become_partners();
        officer_ = officer("Ann", {"entry", "supervisor", "release", "administrator"});
        other_ = officer("Bob", {"release"});
    }
    template <class Operation>
    json done(const Acting& by, const Operation& operation) {
        const Desk::ActingAs as(desk(), by);
        auto out = fixture_.await(operation);
        EXPECT_THAT(out, IsOk());
        return out ? *out : json::object();
    }
    /// A compartment of headquarters' own with the planted record in it.
    replication::RecordKey plant(const Schema& schema, const std::vector<Planted>& planted) {
        const std::string name = "own " + schema.database;
        fixture_.await([&](JsonDone told) {
            add_compartment(desk(), {{"database", schema.database}, {"name", name}}, told);
        }).value();
        replication::Change change;
        change.record = desk().entropy().fixed<replication::RecordId>();
        change.database = schema.database;
        for (const Planted& one : planted) {
            change.assignments.push_back({one.path, one.value});
        }
        std::sort(change.assignments.begin(), change.assignments.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        const replication::RecordKey key{find_place(desk(), name)->id, change.record};
        done(officer_, [&](JsonDone told) {
            save_change(desk(), key, std::move(change), [told](Status saved) {
                told(saved ? Result<json>(json::object()) : Result<json>(saved.error()));
            });
        });
        return key;
    }
    void release(const replication::RecordKey& key, const ReleaseWish& wish) {
        const json body{{"record", to_base32(key.record.view())},
                        {"compartment", to_base32(key.compartment.view())},
                        {"partner", "GE"},
                        {"basis", wish.marking.basis},
                        {"handling", wish.marking.handling},
                        {"until", date_to_text(*wish.marking.until)},
                        {"added", wish.added},
                        {"cleared", wish.cleared}};
        const json made = done(officer_, [&](JsonDone told) {
            propose_release(desk(), body, told);
        });
        if (made.value("needs_second_officer", false)) {
            const json approval{{"release", made.at("release")}, {"approve", true}};
            done(other_, [&](JsonDone told) { decide_release(desk(), approval, told); });
        }
    }
    /// What Georgia's box key opens of that database in the outer realm, and its roster in clear.
    /// (Two databases' records are planted with the same markers.)
    Held held_by_partner(const std::string& database) {
        Keyring keys(georgia_.id("headquarters"),
                     georgia_.identity("headquarters").box().duplicate());
        keys.follow(outer_desk().roster());
        Held out;
        for (const Bytes& entry : outer_desk().roster().entries()) {
            entrepot::append(out.as_stored, entry);
        }
        std::size_t opened = 0;
        EXPECT_THAT(outer_desk().log().scan({}, [&](const StoredCommit& stored) {
            const auto commit = replication::parse_commit(stored.bytes);
            const auto* key =
                keys.find(stored.descriptor.compartment, commit->header.generation);
            entrepot::append(out.as_stored, stored.bytes);
            if (key == nullptr) {
                return true;
            }
            const auto content = replication::open_commit(*commit, *key, desk().packing());
            for (const auto& change : content->changes) {
                if (change->database != database) {
                    continue;
                }
                ++opened;
                entrepot::append(out.opened, *replication::encode_change(*change));
            }
            if (content->attestation) {
                entrepot::append(out.opened, as_bytes(content->attestation->purpose));
            }
            return true;
        }),
                    IsOk());
        EXPECT_GT(opened, 0U) << "the partner reads what was released to it";
        return out;
    }

    Acting officer_, other_;
};

void expect_absent(const Planted& one, const Held& held) {
    if (!std::holds_alternative<bool>(one.value)) {
        EXPECT_FALSE(held.holds(replication::encode_value(one.value))) << one.path;
    }
    if (const auto* text = std::get_if<std::string>(&one.value)) {
        EXPECT_FALSE(held.holds(as_bytes(*text))) << one.path;
    }
}

TEST_F(PartnerCanary, FindsNothingAbroadButWhatTheAllowListLetsThrough) {
    std::size_t databases = 0, stayed = 0;
    for (const auto& [name, schema] : desk().catalogue().schemas()) {
        if (schema.find("released_by") == nullptr) {
            continue;
        }
        ++databases;
        const auto planted = test::planted_in(schema);
        ReleaseWish wish = test::plain_wish();
        for (const Planted& one : planted) {
            if (wish.added.empty() && test::allowed(*one.field) == test::Allowed::when_added) {
                wish.added.insert(one.path);
            }
        }
        const auto key = plant(schema, planted);
        release(key, wish);
        const Held held = held_by_partner(name);
        EXPECT_FALSE(held.holds(key.record.view())) << "the source's id";
        EXPECT_FALSE(held.holds(key.compartment.view()));
        EXPECT_FALSE(held.holds(as_bytes("kkqzitem"))) << "an item's id";
        std::size_t crossed = 0;
        for (const Planted& one : planted) {
            if (test::leaves(one, wish) && !test::is_coarser(one, wish)) {
                crossed += held.holds(replication::encode_value(one.value)) ? 1 : 0;
            } else if (!one.path.starts_with("release") && one.path != "handling") {
                ++stayed;
                expect_absent(one, held);
            }
        }
        EXPECT_GT(crossed, 0U) << name << ": the search finds what is there";
    }
    EXPECT_GE(databases, 3U);
    EXPECT_GT(stayed, 40U);
}

}  // namespace
}  // namespace entrepot::node
