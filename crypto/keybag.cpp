#include "crypto/keybag.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"

namespace entrepot::crypto {
namespace {

constexpr std::string_view keybag_magic = "EPK1";
constexpr std::string_view slot_magic = "EPS1";
constexpr std::uint8_t derivation_argon2id = 1;
constexpr std::size_t device_secret_size = 32;
constexpr std::size_t keybag_header_size = 30;
constexpr std::size_t slot_header_size = 5;
constexpr std::size_t checksum_size = 16;
constexpr std::size_t seal_size = aead_nonce_size + aead_overhead;

/// Tells an accident from a wrong passphrase; anybody can make one, so it proves nothing else.
std::array<std::uint8_t, 16> checksum_of(ByteView bytes) {
    return hash128(domain::keybag_checksum, {bytes});
}

Bytes finish_file(WireWriter header, ByteView key, ByteView content, Entropy& entropy) {
    const Bytes sealed = seal_random(key, header.view(), content, entropy);
    header.raw(sealed);
    header.raw(checksum_of(header.view()));
    return header.take();
}

/// Length, magic and suite: what must be right before the rest of the bytes means anything.
Status check_start(ByteView file, std::string_view magic, std::size_t header_size) {
    const std::size_t least = header_size + seal_size + checksum_size;
    if (file.size() < least || file.size() > least + keybag_content_limit) {
        return Error{keybag_damaged, "a file of " + std::to_string(file.size()) + " bytes"};
    }
    if (!equal(file.first(magic.size()), as_bytes(magic))) {
        return Error{keybag_damaged, "the file does not start as it should"};
    }
    if (file[magic.size()] != suite) {
        return Error{keybag_suite, "the file needs a newer program"};
    }
    return {};
}

Status check_sum(ByteView file) {
    const ByteView body = file.first(file.size() - checksum_size);
    if (!equal(checksum_of(body), file.last(checksum_size))) {
        return Error{keybag_damaged, "the checksum does not match: restore the file from a backup"};
    }
    return {};
}

Result<Secret> open_file(ByteView key, ByteView file, std::size_t header_size) {
    const ByteView header = file.first(header_size);
    const ByteView sealed = file.subspan(header_size, file.size() - header_size - checksum_size);
    auto content = open_random_secret(key, header, sealed);
    if (!content) {
        return Error{keybag_wrong, "wrong passphrase, or the device secret or key file is another"};
    }
    return content;
}

Status check_limits(const Argon2Cost& cost) {
    if (!cost.is_within_limits()) {
        return Error{keybag_limits, std::to_string(cost.passes) + " passes over " +
                                        std::to_string(cost.memory_kib) +
                                        " KiB are outside the limits"};
    }
    return {};
}

Status check_device_secret(ByteView device_secret) {
    if (!device_secret.empty() && device_secret.size() != device_secret_size) {
        return Error{crypto_key_length, "a device secret has 32 bytes or none"};
    }
    return {};
}

struct KeybagHeader {
    std::uint8_t derivation = 0;
    Argon2Cost cost;
    std::array<std::uint8_t, 16> salt{};
};

KeybagHeader read_header(ByteView file) {
    WireReader reader(file.subspan(keybag_magic.size() + 1));
    KeybagHeader out;
    out.derivation = reader.u8();
    out.cost.passes = reader.u32();
    out.cost.memory_kib = reader.u32();
    out.salt = reader.fixed<FixedBytes<struct SaltTag, 16>>().bytes;
    ENSURE(reader.ok());  // check_start saw the length
    return out;
}

}  // namespace

Result<Bytes> seal_keybag(ByteView passphrase, ByteView device_secret, ByteView content,
                          const Argon2Cost& cost, Entropy& entropy,
                          PassphraseDerivation derivation) {
    TRY(check_device_secret(device_secret));
    TRY(check_limits(cost));
    if (content.size() > keybag_content_limit) {
        return Error{keybag_limits, "a keybag holds at most 2048 bytes"};
    }
    std::array<std::uint8_t, 16> salt{};
    entropy.fill(salt);
    TRY_ASSIGN(const Secret stretched, derivation(passphrase, salt, cost));
    const Secret key = derive(stretched.view(), domain::keybag, {device_secret});
    WireWriter header;
    header.raw(as_bytes(keybag_magic)).u8(suite).u8(derivation_argon2id);
    header.u32(cost.passes).u32(cost.memory_kib).raw(salt);
    ENSURE(header.size() == keybag_header_size);
    return finish_file(std::move(header), key.view(), content, entropy);
}

Result<Secret> open_keybag(ByteView passphrase, ByteView device_secret, ByteView file,
                           PassphraseDerivation derivation) {
    TRY(check_device_secret(device_secret));
    TRY(check_start(file, keybag_magic, keybag_header_size));
    const KeybagHeader header = read_header(file);
    if (header.derivation != derivation_argon2id) {
        return Error{keybag_suite, "the file needs a newer program"};
    }
    TRY(check_sum(file));
    TRY(check_limits(header.cost));
    TRY_ASSIGN(const Secret stretched, derivation(passphrase, header.salt, header.cost));
    const Secret key = derive(stretched.view(), domain::keybag, {device_secret});
    return open_file(key.view(), file, keybag_header_size);
}

Bytes seal_service_slot(const Secret& service_key, ByteView content, Entropy& entropy) {
    ENSURE(content.size() <= keybag_content_limit);
    const Secret key = derive(service_key.view(), domain::service_slot, {});
    WireWriter header;
    header.raw(as_bytes(slot_magic)).u8(suite);
    ENSURE(header.size() == slot_header_size);
    return finish_file(std::move(header), key.view(), content, entropy);
}

Result<Secret> open_service_slot(const Secret& service_key, ByteView file) {
    if (service_key.size() != aead_key_size) {
        return Error{keybag_wrong, "a service key has 32 bytes"};
    }
    TRY(check_start(file, slot_magic, slot_header_size));
    TRY(check_sum(file));
    const Secret key = derive(service_key.view(), domain::service_slot, {});
    return open_file(key.view(), file, slot_header_size);
}

}  // namespace entrepot::crypto
