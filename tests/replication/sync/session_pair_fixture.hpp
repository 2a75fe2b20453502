// Fixtures of the session tests: an administration with two units, and a pair of them connected.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replication/sync/message.hpp"
#include "tests/replication/sync/session_pair.hpp"
#include "tests/support/matchers.hpp"

namespace entrepot::replication {

class SessionFixture : public ::testing::Test {
protected:
    CompartmentId joint() const { return administration_.compartment("joint seizures"); }
    CompartmentId own() const { return administration_.compartment("airport seizures"); }
    /// Keeps the sequence number of a message and puts one part of ours in place of its parts.
    static void replace(Bytes& message, const message::Part& part) {
        WireReader in(message);
        const std::uint64_t sequence = message::read_varint(in);
        WireWriter out;
        message::write_varint(out, sequence);
        message::write_part(out, part);
        message = out.take();
    }
    /// The error that the accepter ends with when the dialler's next message is this part.
    Status told_by_dialler(const message::Part& part) {
        SessionPair pair(administration_);
        pair.connect();
        EXPECT_TRUE(pair.reach_sync());
        pair.write(pair.dialler(), own(), 1);
        pair.on_message = [&](End& to, Bytes& message) {
            if (&to == &pair.accepter()) {
                replace(message, part);
            }
            return true;
        };
        pair.exchange();
        return pair.accepter().status;
    }

    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    SessionPair pair_{administration_};
};

}  // namespace entrepot::replication
