// Every decoder of the roster's folder on any bytes. The first byte chooses which; the roster that
// entries are appended to, and the node that opens, are the same in every run.
#include "crypto/base/ensure.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/roster_author.hpp"
#include "replication/roster/roster_file.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::replication;

/// Genesis alone, of one root.
Roster first_entry() {
    ENSURE(crypto::initialise());
    crypto::SeededEntropy entropy(1);
    const auto root = crypto::SigningKey::generate(entropy);
    Genesis genesis;
    genesis.country = "JM";
    genesis.roots = {root.public_key()};
    genesis.recovery = crypto::BoxKey::generate(entropy).public_key();
    Roster out;
    const auto* key = &root;
    ENSURE(out.append(sign_entry(out, {}, genesis, std::span(&key, 1))).has_value());
    return out;
}

void read_entry(ByteView bytes, const Roster& roster) {
    const auto entry = decode_entry(bytes);
    ENSURE(!entry || equal(encode_entry(*entry), bytes));
    Roster copy = roster;
    ENSURE(copy.append(bytes).has_value() == (copy.length() > roster.length()));
}

void read_files(std::uint8_t which, ByteView bytes, const Roster& roster) {
    static crypto::SeededEntropy entropy(2);
    static const auto identity = crypto::Identity::generate(entropy);
    if (which == 1) {
        static_cast<void>(decode_request(bytes, WallTime{0}));
    } else if (which == 2) {
        static_cast<void>(open_join(bytes, identity, roster.root_fingerprint()));
    } else {
        Roster copy = roster;
        static_cast<void>(import_roster(copy, roster.root_fingerprint(), bytes));
        ENSURE(copy.length() >= roster.length());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Roster roster = first_entry();
    if (size == 0) {
        return 0;
    }
    const ByteView rest(data + 1, size - 1);
    if (data[0] % 4 == 0) {
        read_entry(rest, roster);
    } else {
        read_files(data[0] % 4, rest, roster);
    }
    return 0;
}
