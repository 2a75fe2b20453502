// A bundle as its reader sees it: whole, altered or cut anywhere, and for others.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/bundle/bundle_reader.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

class Bundle : public testing::Test {
protected:
    std::vector<BundleRecipient> to(std::vector<std::string> names) const {
        std::vector<BundleRecipient> out;
        for (const auto& name : names) {
            out.push_back({fixture_.id(name), fixture_.identity(name).courier().public_key()});
        }
        return out;
    }
    Bytes bundle(const std::vector<BundleItem>& items,
                 std::vector<std::string> names = {"headquarters"}) {
        auto writer = BundleWriter::create(origin_, fixture_.identity("airport").sign(), to(names),
                                           fixture_.entropy())
                          .value();
        for (const BundleItem& item : items) {
            writer.add(item);
        }
        writer.finish();
        return writer.take();
    }
    BundleItem commit_of(std::size_t size) {
        Bytes bytes(size);
        fixture_.entropy().fill(bytes);
        return BundleCommit{log_, std::move(bytes)};
    }
    Result<std::size_t> read(ByteView file, const std::string& reader = "headquarters",
                             std::size_t step = 100'000) {
        BundleReader bundle(fixture_.identity(reader).relay());
        std::vector<BundleItem> items;
        for (std::size_t at = 0; at < file.size(); at += step) {
            TRY(bundle.feed(file.subspan(at, std::min(step, file.size() - at)), items));
        }
        TRY(bundle.finish());
        return items.size();
    }
    std::size_t header_size(std::size_t recipients) const { return 86 + recipients * 96 + 96; }

    AdministrationFixture fixture_ = AdministrationFixture::with_two_units();
    const LogDescriptor log_{fixture_.id("airport"), CompartmentId{{4}}, {}};
    const BundleOrigin origin_{fixture_.roster().administration(), fixture_.roster().length(), {}};
};

TEST_F(Bundle, GivesWhatWasPutInInAnySteps) {
    const std::vector<BundleItem> items{BundleRoster{{0}, fixture_.entries()},
                                        commit_of(500),
                                        commit_of(200'000),
                                        commit_of(400),
                                        BundleReceipt{{1, 2, 3}},
                                        BundleFork{{4, 5}},
                                        BundleContents{{{log_, {2}, {7}}, {log_, {9}, {9}}}},
                                        BundleLog{log_}};
    const Bytes file = bundle(items);
    for (const std::size_t step : {std::size_t{1}, std::size_t{977}, file.size()}) {
        BundleReader reader(fixture_.headquarters().relay());
        std::vector<BundleItem> given;
        for (std::size_t at = 0; at < file.size(); at += step) {
            ASSERT_THAT(
                reader.feed(ByteView(file).subspan(at, std::min(step, file.size() - at)), given),
                IsOk());
        }
        ASSERT_THAT(reader.finish(), IsOk());
        ASSERT_EQ(given.size(), items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            EXPECT_EQ(encode_item(given[i]), encode_item(items[i]));
        }
    }
}

TEST_F(Bundle, OpensForEachOfSixteenAndForNobodyElse) {
    std::vector<std::string> names{"headquarters", "airport", "seaport", "courier"};
    for (int i = 0; i < 12; ++i) {
        names.push_back("unit " + std::to_string(i));
        fixture_.add_unit(names.back());
    }
    const Bytes file = bundle({commit_of(400)}, names);
    for (const auto& name : names) {
        EXPECT_THAT(read(file, name), IsOkAndHolds(std::size_t{1})) << name;
    }
    fixture_.add_unit("late");
    EXPECT_THAT(read(file, "late"), HasCode(bundle_not_for_this_node));
}

TEST_F(Bundle, IsForOneToSixteenNodesEachNamedOnce) {
    const auto& key = fixture_.identity("airport").sign();
    const auto create = [&](std::vector<BundleRecipient> recipients) {
        return make_bundle_header(origin_, key, recipients, fixture_.entropy());
    };
    EXPECT_THAT(create({}), HasCode(bundle_recipients));
    EXPECT_THAT(create(to({"seaport", "seaport"})), HasCode(bundle_recipients));
    std::vector<BundleRecipient> many;
    for (std::uint8_t i = 0; i < 17; ++i) {
        many.push_back({NodeId{{i}}, fixture_.headquarters().courier().public_key()});
    }
    EXPECT_THAT(create(many), HasCode(bundle_recipients));
}

TEST_F(Bundle, AFlippedBitIsToldByWhereItStands) {
    const Bytes file = bundle({commit_of(400)}, {"seaport", "headquarters"});
    const std::size_t frames = header_size(2);
    for (std::size_t at = 0; at < file.size(); ++at) {
        Bytes flipped = file;
        flipped[at] ^= 1;
        const auto told = read(flipped);
        ASSERT_FALSE(told) << at;
        const std::string_view code = told.error().code.name();
        if (at < 5 || at == 85) {
            EXPECT_TRUE(code == (at == 4 ? "bundle.suite" : "bundle.malformed") || at == 85) << at;
        } else if (at < frames) {
            EXPECT_EQ(code, "bundle.signature") << at;
        } else {  // a frame that says it is longer looks cut short
            EXPECT_TRUE(code == "bundle.damaged" || (at < frames + 4 && code == "bundle.cut_short"))
                << at << " " << code;
        }
    }
}

TEST_F(Bundle, CutAnywhereItKeepsWhatCameBeforeAndSaysThatSomethingIsMissing) {
    std::vector<BundleItem> items;
    for (int i = 0; i < 40; ++i) {
        items.push_back(commit_of(5'000));
    }
    const Bytes file = bundle(items);
    std::size_t before = 0;
    for (std::size_t length = 0; length < file.size(); length += 4'999) {
        BundleReader reader(fixture_.headquarters().relay());
        std::vector<BundleItem> given;
        ASSERT_THAT(reader.feed(ByteView(file).first(length), given), IsOk()) << length;
        EXPECT_GE(given.size(), before);
        before = given.size();
        EXPECT_THAT(reader.finish(), HasCode(bundle_cut_short)) << length;
    }
    EXPECT_GE(before, 26u) << "two whole frames were there";
}

TEST_F(Bundle, GivesWhatStandsBeforeADamagedFrameEvenWhenAllComesAtOnce) {
    std::vector<BundleItem> items;
    for (int i = 0; i < 40; ++i) {
        items.push_back(commit_of(5'000));
    }
    Bytes file = bundle(items);
    file[header_size(1) + 2 * (4 + bundle_frame_size + 16) + 100] ^= 1;
    BundleReader reader(fixture_.headquarters().relay());
    std::vector<BundleItem> given;
    EXPECT_THAT(reader.feed(file, given), HasCode(bundle_damaged));
    EXPECT_EQ(given.size(), 25u) << "two whole frames were there";
}

TEST_F(Bundle, FramesCannotBeMovedRepeatedOrLeftOut) {
    const Bytes file = bundle({commit_of(300'000)});
    const std::size_t start = header_size(1), frame = 4 + bundle_frame_size + 16;
    const auto piece = [&](std::size_t i) {
        return ByteView(file).subspan(start + i * frame, frame);
    };
    const auto assemble = [&](std::vector<std::size_t> order) {
        Bytes out(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(start));
        for (const std::size_t i : order) {
            append(out, piece(i));
        }
        append(out, ByteView(file).subspan(start + 4 * frame));
        return out;
    };
    EXPECT_THAT(read(assemble({0, 1, 2, 3})), IsOk());
    EXPECT_THAT(read(assemble({1, 0, 2, 3})), HasCode(bundle_damaged));
    EXPECT_THAT(read(assemble({0, 0, 1, 2, 3})), HasCode(bundle_damaged));
    EXPECT_THAT(read(assemble({0, 2, 3})), HasCode(bundle_damaged));
}

TEST_F(Bundle, FramesOfAnotherBundleDoNotFit) {
    const Bytes one = bundle({commit_of(400)}), other = bundle({commit_of(400)});
    Bytes spliced(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(header_size(1)));
    append(spliced, ByteView(other).subspan(header_size(1)));
    EXPECT_THAT(read(spliced), HasCode(bundle_damaged));
}

TEST_F(Bundle, EndsWithItsLastFrame) {
    Bytes file = bundle({commit_of(400)});
    file.push_back(0);
    EXPECT_THAT(read(file), HasCode(bundle_too_long));
}

TEST_F(Bundle, AnEnvelopeWithAnotherKeyIsRefusedThoughItIsSigned) {
    const auto& sender = fixture_.identity("airport").sign();
    auto header =
        make_bundle_header(origin_, sender, to({"headquarters"}), fixture_.entropy()).value();
    auto other =
        make_bundle_header(origin_, sender, to({"headquarters"}), fixture_.entropy()).value();
    // The commitment of the other bundle, signed again by the same sender.
    const std::size_t commitment = header_size(1) - 96;
    std::copy_n(other.bytes.begin() + static_cast<std::ptrdiff_t>(commitment), 32,
                header.bytes.begin() + static_cast<std::ptrdiff_t>(commitment));
    const ByteView signed_bytes = ByteView(header.bytes).first(header.bytes.size() - 64);
    const auto signature = sender.sign(crypto::domain::bundle, {signed_bytes});
    std::copy(signature.bytes.begin(), signature.bytes.end(), header.bytes.end() - 64);
    EXPECT_THAT(open_bundle_header(header.bytes, fixture_.headquarters().relay()),
                HasCode(bundle_key));
}

/// A locked node has no box key, and what is sealed to that is not for bundles.
TEST_F(Bundle, IsSealedToTheCourierKeyAndNoOther) {
    const auto& to = fixture_.headquarters();
    const auto opened = [&](const crypto::BoxPublicKey& key) {
        const BundleRecipient recipient{to.id(), key};
        const auto made = make_bundle_header(origin_, fixture_.identity("airport").sign(),
                                             {&recipient, 1}, fixture_.entropy());
        return open_bundle_header(made->bytes, to.relay());
    };
    EXPECT_THAT(opened(to.courier().public_key()), IsOk());
    EXPECT_THAT(opened(to.box().public_key()), HasCode(bundle_key));
}

TEST_F(Bundle, AnItemThatIsNoneIsRefused) {
    EXPECT_THAT(decode_item(9, {}), HasCode(bundle_malformed));
    EXPECT_THAT(decode_item(1, Bytes{1, 2}), HasCode(bundle_malformed));
    EXPECT_THAT(decode_item(2, Bytes(100)), HasCode(bundle_malformed));
    EXPECT_THAT(decode_item(5, Bytes(65)), HasCode(bundle_malformed));
    EXPECT_THAT(decode_item(6, Bytes(47)), HasCode(bundle_malformed));
    const BundleContents backwards{{{log_, {5}, {4}}}};
    EXPECT_THAT(decode_item(5, ByteView(encode_item(backwards)).subspan(5)),
                HasCode(bundle_malformed));
}

TEST_F(Bundle, HidesItsExactSize) {
    EXPECT_EQ(bundle({commit_of(2'000)}).size(), bundle({commit_of(2'010)}).size());
}

RC_GTEST_PROP(BundlePadding, AddsAtMostAnEighth, ()) {
    const auto size = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 40);
    const std::uint64_t padded = padded_size(size);
    RC_ASSERT(padded >= size);
    RC_ASSERT((padded - size) * 8 <= size);
    RC_ASSERT(padded_size(padded) == padded);
}

RC_GTEST_PROP(BundleBytes, ThatAreGarbageNeverPass, (const std::vector<std::uint8_t>& garbage)) {
    static const AdministrationFixture fixture = AdministrationFixture::with_two_units();
    Bytes file{'E', 'P', 'B', '1', 1};
    append(file, garbage);
    BundleReader reader(fixture.headquarters().relay());
    std::vector<BundleItem> given;
    const bool fed = reader.feed(file, given).has_value();
    RC_ASSERT(given.empty());
    RC_ASSERT(!fed || !reader.finish());
}

}  // namespace
}  // namespace entrepot::replication
