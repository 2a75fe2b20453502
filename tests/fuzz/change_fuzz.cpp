// What a seal holds once it is open, and the small records beside it: what is read must write back
// as the same bytes. The first byte chooses the decoder. Seeds: tests/fuzz/corpus/change.
#include "replication/log/attestation_codec.hpp"
#include "replication/log/fork.hpp"
#include "replication/model/packing.hpp"
#include "replication/model/record_state.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::replication;

void read_change(ByteView bytes) {
    const auto change = decode_change(bytes);
    if (change) {
        ENSURE(equal(encode_change(*change).value(), bytes));
        ENSURE(record_of_change(bytes).value() == change->record);
    }
    static_cast<void>(record_of_change(bytes));
}

void read_value(ByteView bytes) {
    const auto value = decode_value(bytes);
    ENSURE(!value || equal(encode_value(*value), bytes));
}

void read_state(ByteView bytes) {
    const auto state = decode_state(bytes);
    ENSURE(!state || equal(encode_state(*state), bytes));
}

void read_packed(ByteView bytes) {
    static Packing packing;
    const auto plain = packing.unpack(bytes);
    if (plain) {
        ENSURE(plain->size() <= change_plain_limit);
        ENSURE(packing.unpack(packing.pack(*plain)).value() == *plain);
        read_change(*plain);
    }
}

void read_attestation(ByteView bytes) {
    const auto attestation = decode_attestation(bytes);
    ENSURE(!attestation || equal(encode_attestation(*attestation), bytes));
}

void read_fork(ByteView bytes) {
    const auto proof = ForkProof::decode(bytes);
    if (proof) {
        // The two headers may have come in the other order: proofs are put in order when read.
        ENSURE(ForkProof::decode(proof->encode())->encode() == proof->encode());
        ENSURE(!proof->verify(Roster()));
    }
}

void read_descriptor(ByteView bytes) {
    const auto descriptor = LogDescriptor::decode(bytes);
    ENSURE(!descriptor || equal(descriptor->encode(), bytes));
}

constexpr std::array<Decoder, 7> decoders{read_change,      read_value, read_state,     read_packed,
                                          read_attestation, read_fork,  read_descriptor};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return run_chosen(decoders, {bytes, size});
}
