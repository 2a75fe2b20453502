// An administration with two units, and the airport writing a log of its seizures.
#pragma once

#include <gtest/gtest.h>

#include "replication/log/admission.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/administration_fixture.hpp"

namespace entrepot::replication {

/// Writes signed commits of one log; `place` is what their headers say.
struct Writer {
    Writer(crypto::Identity writer, const CompartmentId& compartment,
           const AdministrationFixture& administration);
    /// One change, under the key of `place`'s generation as far as that exists.
    Bytes commit(std::uint64_t number, const Hash& previous = {});

    crypto::Identity identity;
    const AdministrationFixture& administration;
    crypto::SeededEntropy entropy{99};
    LogDescriptor descriptor;
    CommitPlace place;
};

class AdmissionFixture : public ::testing::Test {
protected:
    Result<Admission> admitted(ByteView bytes, const LogStanding& log) const {
        return admit(parse_commit(bytes).value(), log, administration_.roster());
    }
    LogStanding nothing_held() const { return {airport_.descriptor, {}, {}, {}, {}}; }
    /// `tip` is the newest commit held; what is asked about comes after it.
    LogStanding standing_at(ByteView tip) const {
        const CommitHeader header = read_header(tip);
        return {airport_.descriptor, header.number, commit_hash(tip), header.roster_length, {}};
    }
    /// The same, with what is held at the number that is asked about.
    LogStanding held(ByteView tip, const Hash& hash) const {
        LogStanding out = standing_at(tip);
        out.held_hash = hash;
        return out;
    }
    Cut cut_at(ByteView commit) const {
        return {airport_.descriptor.id(), read_header(commit).number, commit_hash(commit)};
    }

    crypto::SeededEntropy entropy_{5};
    AdministrationFixture administration_ = AdministrationFixture::with_two_units();
    CompartmentId compartment_ = administration_.compartment("airport seizures");
    Writer airport_{administration_.identity("airport").duplicate(), compartment_, administration_};
};

}  // namespace entrepot::replication
