// The node's own bytes and short texts: what link and worker say to each other, rows it reads back,
// tokens and addresses that people give. The first byte chooses the decoder. Seeds:
// tests/fuzz/corpus/node.
#include <unistd.h>

#include "node/access/settings.hpp"
#include "node/access/vault.hpp"
#include "node/channel/channel_message.hpp"
#include "node/channel/frame_channel.hpp"
#include "node/databases/field_value.hpp"
#include "node/desk/token.hpp"
#include "replication/roster/root_pin.hpp"
#include "replication/transport/listen_address.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::node;

void read_message(ByteView bytes) {
    const auto message = decode_message(bytes);
    if (message) {
        ENSURE(equal(encode_message(*message), bytes));
        if (const auto* failed = std::get_if<Failed>(&*message)) {
            static_cast<void>(error_of(*failed));
        }
    }
}

void read_frames(ByteView bytes) {
    constexpr std::size_t fits = 64 * 1024;  // in the socket's buffer: nobody reads meanwhile
    auto ends = FrameChannel::pair();
    ENSURE(ends.has_value());
    const ByteView part = bytes.first(std::min(bytes.size(), fits));
    ENSURE(write(ends->second, part.data(), part.size()) == static_cast<ssize_t>(part.size()));
    close(ends->second);
    std::size_t taken = 0;
    for (auto frames = ends->first.receive(); frames; frames = ends->first.receive()) {
        for (const Bytes& frame : *frames) {
            taken += 4 + frame.size();
            read_message(frame);
        }
    }
    ENSURE(taken <= part.size());
}

void read_settings(ByteView bytes) {
    const auto settings = decode_settings(bytes);
    ENSURE(!settings || equal(encode(*settings), bytes));
}

void read_vault(ByteView bytes) {
    const auto vault = Vault::decode(bytes);
    ENSURE(!vault || vault->encode().equals(bytes));
}

void read_shown(ByteView bytes) {
    static const crypto::Secret key = crypto::Secret::copy_of(Bytes(32, 0x42));
    const auto shown = read_token(as_text(bytes), {}, key);
    ENSURE(!shown || make_token({}, *shown, key).size() == bytes.size());
}

void read_reference(ByteView bytes) {
    const auto key = reference_from_text(as_text(bytes));
    ENSURE(!key || reference_from_text(reference_to_text(*key)) == key);
}

void read_pin(ByteView bytes) {
    const auto pin = replication::RootPin::from_text(as_text(bytes));
    if (pin) {
        ENSURE(replication::RootPin::from_text(pin->text())->text() == pin->text());
    }
}

void read_address(ByteView bytes) {
    static_cast<void>(replication::check_dial_address(std::string(as_text(bytes))));
}

constexpr std::array<Decoder, 8> decoders{read_message, read_frames, read_settings,
                                          read_vault,   read_shown,  read_reference,
                                          read_pin,     read_address};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return run_chosen(decoders, {bytes, size});
}
