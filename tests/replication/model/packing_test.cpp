#include "replication/model/packing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "replication/model/dictionary.hpp"
#include "tests/replication/model/arbitrary_change.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

Bytes frame(std::initializer_list<int> bytes) {
    Bytes out{Packing::no_dictionary};
    for (const int byte : bytes) {
        out.push_back(static_cast<std::uint8_t>(byte));
    }
    out.push_back(0x80);
    out.resize((out.size() + 15) / 16 * 16);
    return out;
}

RC_GTEST_PROP(Packing, OpensWhatItPackedWithEveryDictionary, ()) {
    const bool is_change = *rc::gen::arbitrary<bool>();
    const Bytes plain =
        is_change ? encode_change(arbitrary::change()).value() : arbitrary::bytes(3000);
    Packing reader;
    for (const std::uint8_t dictionary :
         {Packing::no_dictionary, Packing::first_dictionary, Packing::stored}) {
        const Bytes packed = Packing(dictionary).pack(plain);
        RC_ASSERT(packed.size() % 16 == 0U);
        RC_ASSERT(packed.front() == dictionary);
        const Result<Bytes> opened = reader.unpack(packed);
        RC_ASSERT(opened.has_value());
        RC_ASSERT(*opened == plain);
    }
}

RC_GTEST_PROP(Packing, OpensAfterABitFlipToNothingOrToBytesWithinTheLimit, ()) {
    Packing packing;
    Bytes packed = packing.pack(encode_change(arbitrary::change()).value());
    for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
        packed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const Result<Bytes> opened = packing.unpack(packed);
        const bool within = !opened || opened->size() <= mebibyte;
        RC_ASSERT(within);
        packed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

RC_GTEST_PROP(Packing, RefusesEveryTruncation, ()) {
    Packing packing;
    const Bytes packed = packing.pack(encode_change(arbitrary::change()).value());
    for (std::size_t size = 0; size < packed.size(); ++size) {
        const Result<Bytes> opened = packing.unpack(ByteView(packed).first(size));
        RC_ASSERT(!opened.has_value());
        RC_ASSERT(opened.error().code == packing_malformed);
    }
}

TEST(Packing, OpensEverySizeUpToOneMebibyte) {
    Packing packing;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{65'791},
          std::size_t{65'792}, std::size_t{200'000}, mebibyte}) {
        Bytes plain(size);
        for (std::size_t i = 0; i < size; ++i) {
            plain[i] = static_cast<std::uint8_t>(i * i >> 7);
        }
        for (const std::uint8_t dictionary : {Packing::no_dictionary, Packing::first_dictionary}) {
            EXPECT_THAT(packing.unpack(Packing(dictionary).pack(plain)), IsOkAndHolds(plain))
                << size;
        }
    }
}

TEST(Packing, RefusesAFrameThatSaysMoreThanOneMebibyteBeforeOpeningIt) {
    Packing packing;
    EXPECT_THAT(packing.unpack(frame({0xa0, 1, 0, 0x10, 0, 1, 0, 0})), HasCode(packing_too_large));
    EXPECT_THAT(packing.unpack(frame({0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0})),
                HasCode(packing_too_large));
    Bytes stored(mebibyte + 16 + 1);
    stored.front() = Packing::stored;
    stored.push_back(0x80);
    stored.resize((stored.size() + 15) / 16 * 16);
    EXPECT_THAT(packing.unpack(stored), HasCode(packing_too_large));
}

TEST(Packing, RefusesAFrameThatDoesNotSayItsSizeOrHasAnIdOrChecksum) {
    Packing packing;
    for (const int descriptor : {0x00, 0x40, 0x21, 0x24, 0x28, 0x30}) {
        EXPECT_THAT(packing.unpack(frame({descriptor, 1, 9, 0, 0, 'x'})),
                    HasCode(packing_malformed))
            << descriptor;
    }
}

TEST(Packing, RefusesASecondFrameAndABlockThatEndsEarly) {
    Packing packing;
    EXPECT_THAT(packing.unpack(frame({0x20, 1, 9, 0, 0, 'x'})), IsOkAndHolds(Bytes{'x'}));
    EXPECT_THAT(packing.unpack(frame({0x20, 1, 9, 0, 0, 'x', 0x20, 0, 1, 0, 0})),
                HasCode(packing_malformed));
    EXPECT_THAT(packing.unpack(frame({0x20, 1, 17, 0, 0, 'x'})), HasCode(packing_malformed));
    EXPECT_THAT(packing.unpack(frame({0x20, 2, 9, 0, 0, 'x'})), HasCode(packing_malformed));
}

TEST(Packing, RefusesPaddingOtherThanOneBitAndTheFewestZeros) {
    Packing packing(Packing::stored);
    Bytes packed = packing.pack(Bytes{1, 2, 3});
    EXPECT_THAT(packing.unpack(packed), IsOk());
    packed.resize(packed.size() + 16);
    EXPECT_THAT(packing.unpack(packed), HasCode(packing_malformed));
    EXPECT_THAT(packing.unpack(Bytes(16)), HasCode(packing_malformed));
    Bytes other = packing.pack(Bytes{1, 2, 3});
    other.back() = 1;
    EXPECT_THAT(packing.unpack(other), HasCode(packing_malformed));
}

TEST(Packing, SaysThatAnUnknownDictionaryNeedsANewerProgram) {
    Packing packing;
    Bytes packed = packing.pack(Bytes{1});
    packed.front() = 2;
    EXPECT_THAT(packing.unpack(packed), HasCode(packing_needs_newer));
}

TEST(Dictionary, IsTheOneOfSixtyFourKibibytesThatWasShipped) {
    EXPECT_EQ(first_dictionary_bytes().size(), dictionary_size);
}

TEST(Dictionary, IsNotTrainedOnTooFewSamples) {
    EXPECT_THAT(train_dictionary({Bytes{1, 2, 3}}), HasCode(dictionary_samples));
}

}  // namespace
}  // namespace entrepot::replication
