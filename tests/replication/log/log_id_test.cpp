#include "replication/log/log_id.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "crypto/base/wire.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {
namespace {

TEST(LogDescriptor, IdIsTheHashOfItsFortyEightBytes) {
    const LogDescriptor descriptor = SampleLog(7).descriptor;
    const Bytes bytes = descriptor.encode();
    ASSERT_EQ(bytes.size(), 48U);
    EXPECT_EQ(descriptor.id().bytes, crypto::hash128(crypto::domain::log, {bytes}));
}

RC_GTEST_PROP(LogDescriptor, DecodesWhatItEncodes, (std::uint64_t seed)) {
    const LogDescriptor descriptor = SampleLog(seed).descriptor;
    RC_ASSERT(LogDescriptor::decode(descriptor.encode()).value() == descriptor);
}

TEST(LogDescriptor, RefusesAnyOtherLength) {
    const Bytes bytes = SampleLog().descriptor.encode();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_THAT(LogDescriptor::decode(ByteView(bytes).first(size)), HasCode(wire_truncated));
    }
    EXPECT_THAT(LogDescriptor::decode(Bytes(49)), HasCode(wire_trailing));
}

TEST(LogDescriptor, AnotherIncarnationIsAnotherLog) {
    const LogDescriptor first = SampleLog().descriptor;
    LogDescriptor second = first;
    second.incarnation.bytes[15] ^= 1;
    EXPECT_NE(first.id(), second.id());
}

}  // namespace
}  // namespace entrepot::replication
