// Any bytes as an item of a bundle, and as a bundle: what is read writes back alike, and without
// the sender's key nothing is taken for a bundle. Seeds: tests/fuzz/corpus/bundle.
#include "crypto/base/ensure.hpp"
#include "crypto/entropy.hpp"
#include "replication/bundle/bundle_reader.hpp"

namespace entrepot::replication {
namespace {

void take_for_item(ByteView bytes) {
    if (bytes.empty() || bytes.size() > bundle_item_limit) {
        return;
    }
    const auto item = decode_item(bytes[0], bytes.subspan(1));
    if (!item) {
        return;
    }
    constexpr std::size_t item_header = 5;
    ENSURE(equal(ByteView(encode_item(*item)).subspan(item_header), bytes.subspan(1)));
}

void take_for_bundle(ByteView bytes) {
    static crypto::SeededEntropy entropy(1);
    static const crypto::Identity self = crypto::Identity::generate(entropy);
    BundleReader reader(self.relay());
    std::vector<BundleItem> items;
    const bool fed = reader.feed(bytes, items).has_value();
    ENSURE(items.empty());
    ENSURE(!fed || !reader.finish());
}

}  // namespace
}  // namespace entrepot::replication

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const bool started = entrepot::crypto::initialise();
    ENSURE(started);
    entrepot::replication::take_for_item({bytes, size});
    entrepot::replication::take_for_bundle({bytes, size});
    return 0;
}
