// Any bytes taken for a stored commit and for one on a link. What is accepted must survive the
// other form unchanged, and a restored commit must have the root it was given. Seeds:
// tests/fuzz/corpus/commit.
#include "crypto/base/ensure.hpp"
#include "replication/log/commit.hpp"

namespace entrepot::replication {
namespace {

const LogId log_id{};
constexpr CommitNumber number{7};
const Hash previous{};

void take_for_stored(ByteView bytes) {
    const auto commit = parse_commit(bytes);
    if (!commit) {
        return;
    }
    const CommitHeader& header = commit->header;
    const auto restored = from_wire(to_wire(*commit), header.log, header.number, header.previous);
    ENSURE(restored);
    ENSURE(equal(*restored, bytes) == verify_root(*commit).has_value());
}

void take_for_wire(ByteView bytes) {
    const auto restored = from_wire(bytes, log_id, number, previous);
    if (!restored) {
        return;
    }
    const auto commit = parse_commit(*restored);
    ENSURE(commit);
    ENSURE(verify_root(*commit));
    ENSURE(equal(to_wire(*commit), bytes));
}

}  // namespace
}  // namespace entrepot::replication

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const bool started = entrepot::crypto::initialise();
    ENSURE(started);
    entrepot::replication::take_for_stored({bytes, size});
    entrepot::replication::take_for_wire({bytes, size});
    return 0;
}
