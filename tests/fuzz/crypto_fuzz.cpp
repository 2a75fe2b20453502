// Text forms, sealed files and public keys on any bytes. The first byte chooses the decoder; keys
// are the same in every run, and Argon2id is replaced, so that hostile costs are seen and not paid.
// Seeds: tests/fuzz/corpus/crypto.
#include <algorithm>

#include "crypto/base64.hpp"
#include "crypto/envelope.hpp"
#include "crypto/identity.hpp"
#include "crypto/keybag.hpp"
#include "crypto/words.hpp"
#include "tests/fuzz/chosen.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::crypto;

void read_hex(ByteView bytes) {
    const auto read = from_hex(as_text(bytes));
    ENSURE(!read || from_hex(to_hex(*read)).value() == *read);
}

void read_base32(ByteView bytes) {
    const auto read = from_base32(as_text(bytes));
    ENSURE(!read || to_base32(*read).size() == bytes.size());
}

void read_base64(ByteView bytes) {
    const auto read = from_base64(as_text(bytes));
    ENSURE(!read || to_base64(*read) == as_text(bytes));
}

void read_words(ByteView bytes) {
    const auto read = from_words(as_text(bytes), spoken_bytes);
    ENSURE(!read || from_words(to_words(*read), spoken_bytes).value() == *read);
}

Result<Secret> cheap(ByteView passphrase, const std::array<std::uint8_t, 16>& salt,
                     const Argon2Cost& cost) {
    ENSURE(cost.is_within_limits());
    return derive(hash(domain::keybag, {passphrase}).view(), domain::keybag, {salt});
}

void read_keybag(ByteView bytes) {
    const auto content = open_keybag(as_bytes("correct horse"), {}, bytes, cheap);
    ENSURE(!content || content->size() <= keybag_content_limit);
}

void read_service_slot(ByteView bytes) {
    static const Secret key = Secret::copy_of(Bytes(32, 0x5e));
    const auto content = open_service_slot(key, bytes);
    ENSURE(!content || content->size() <= keybag_content_limit);
}

void read_envelope(ByteView bytes) {
    static const BoxKey key = BoxKey::from_secret(Bytes(32, 0x42)).value();
    const auto letter = open_letter(key, as_bytes("use"), {}, bytes);
    ENSURE(!letter || letter->size() + envelope_overhead == bytes.size());
    ENSURE(letter || !open_envelope(key, as_bytes("use"), {}, bytes));
}

void read_sealed(ByteView bytes) {
    const Bytes key(32, 0x42);
    const auto row = open_random(key, as_bytes("row"), bytes);
    ENSURE(row.has_value() || !open_random_secret(key, as_bytes("row"), bytes));
    static_cast<void>(open_once(key, bytes));
}

void read_identity(ByteView bytes) {
    const auto keys = PublicIdentity::decode(bytes);
    if (keys) {
        ENSURE(equal(keys->encode(), bytes));
        ENSURE(check_public_key(keys->sign) && check_public_key(keys->box));
    }
}

void verify_signature(ByteView bytes) {
    if (bytes.size() >= PublicKey::size + Signature::size) {
        const auto key = PublicKey::from(bytes.first(PublicKey::size)).value();
        const auto signature =
            Signature::from(bytes.subspan(PublicKey::size, Signature::size)).value();
        static_cast<void>(verify(key, domain::commit,
                                 {bytes.subspan(PublicKey::size + Signature::size)}, signature));
    }
}

constexpr std::array<Decoder, 10> decoders{
    read_hex,          read_base32,   read_base64, read_words,    read_keybag,
    read_service_slot, read_envelope, read_sealed, read_identity, verify_signature};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return run_chosen(decoders, {bytes, size});
}
