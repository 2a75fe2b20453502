// A peer with a valid key that sends anything: two ends agree, then the dialler's messages are any
// bytes, numbered rightly. The other end survives, keeps what it had, and holds nothing that was
// not checked. Messages in the input follow one another, each after its length (2 bytes). Seeds:
// tests/fuzz/corpus/session.
#include "crypto/base/ensure.hpp"
#include "replication/sync/message.hpp"
#include "tests/replication/sync/session_pair.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::replication;

AdministrationFixture& administration() {
    static AdministrationFixture fixture = AdministrationFixture::with_two_units();
    return fixture;
}

/// The messages that the dialler sent so far: the next one's number is one more.
std::uint64_t sent_by(const End& end) {
    return end.session->counters().messages_out;
}

void deliver(SessionPair& pair, std::uint64_t number, ByteView parts) {
    WireWriter message;
    message::write_varint(message, number);
    message.raw(parts);
    pair.accepter().inbox.push_back(message.take());
    pair.deliver_one(pair.accepter());
    while (pair.accepter().status && pair.accepter().session->next_message(pair.now())) {}
}

void check_logs(const MemoryStore& store) {
    for (const auto& [log, commits] : store.logs()) {
        for (const Bytes& bytes : commits) {
            const auto commit = parse_commit(bytes);
            ENSURE(commit && commit->header.log == log && verify_root(*commit));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const bool started = crypto::initialise();
    ENSURE(started);
    SessionPair pair(administration());
    pair.connect();
    ENSURE(pair.reach_sync());
    const auto roster = pair.accepter().host.store().roster().head();
    std::uint64_t number = sent_by(pair.dialler());
    ByteView left(bytes, size);
    while (left.size() >= 2 && pair.accepter().status) {
        const std::size_t length = std::min<std::size_t>(left[0] | left[1] << 8, left.size() - 2);
        deliver(pair, ++number, left.subspan(2, length));
        left = left.subspan(2 + length);
    }
    ENSURE(pair.accepter().host.store().roster().head() == roster);  // nobody signed more
    check_logs(pair.accepter().host.store());
    return 0;
}
