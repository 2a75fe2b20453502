// Any bytes as a message: nothing is read but canonical parts, and what is read writes back alike.
#include <cstdlib>

#include "replication/sync/message.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::replication;

void expect_canonical(ByteView bytes) {
    WireReader in(bytes);
    message::read_varint(in);
    while (in.ok() && !in.rest().empty()) {
        const ByteView before = in.rest();
        const auto part = message::read_part(in);
        if (!part) {
            return;
        }
        WireWriter out;
        message::write_part(out, *part);
        if (!equal(out.view(), before.first(before.size() - in.rest().size()))) {
            std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    expect_canonical({bytes, size});
    return 0;
}
