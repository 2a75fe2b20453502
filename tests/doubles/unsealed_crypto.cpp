// Seals that seal nothing: linked before crypto/, these take the place of the real ones in the
// program entrepot_unsealed. Lengths stay the same; what was plaintext stays readable, on the disk
// and between nodes. For the test that looks for plaintext: it must be able to find some.
#include <cstring>

#include "crypto/primitives.hpp"

namespace entrepot::crypto {
namespace {

constexpr std::size_t around = aead_nonce_size + aead_overhead;

ByteView inside(ByteView sealed, std::size_t before) {
    return sealed.subspan(before, sealed.size() - before - aead_overhead);
}

}  // namespace

void seal_once(ByteView, ByteView plaintext, Bytes& append_to) {
    append_to.insert(append_to.end(), plaintext.begin(), plaintext.end());
    append_to.resize(append_to.size() + aead_overhead);
}

Result<Bytes> open_once(ByteView, ByteView sealed) {
    if (sealed.size() < aead_overhead) {
        return Error{crypto_seal_broken, "too short"};
    }
    const ByteView plain = inside(sealed, 0);
    return Bytes(plain.begin(), plain.end());
}

Bytes seal_random(ByteView, ByteView, ByteView plaintext, Entropy& entropy) {
    Bytes out(aead_nonce_size);
    entropy.fill(out);
    seal_once({}, plaintext, out);
    return out;
}

Result<Bytes> open_random(ByteView, ByteView, ByteView sealed) {
    if (sealed.size() < around) {
        return Error{crypto_seal_broken, "too short"};
    }
    const ByteView plain = inside(sealed, aead_nonce_size);
    return Bytes(plain.begin(), plain.end());
}

Result<Secret> open_random_secret(ByteView, ByteView, ByteView sealed) {
    if (sealed.size() < around) {
        return Error{crypto_seal_broken, "too short"};
    }
    return Secret::copy_of(inside(sealed, aead_nonce_size));
}

}  // namespace entrepot::crypto

// What HPKE seals with, from its key and nonce: keys and audit entries.
extern "C" {

int crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* sealed, unsigned long long*,
                                              const unsigned char* plain, unsigned long long size,
                                              const unsigned char*, unsigned long long,
                                              const unsigned char*, const unsigned char*,
                                              const unsigned char*) {
    std::memmove(sealed, plain, size);
    std::memset(sealed + size, 0, entrepot::crypto::aead_overhead);
    return 0;
}

int crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char* plain, unsigned long long*,
                                              unsigned char*, const unsigned char* sealed,
                                              unsigned long long size, const unsigned char*,
                                              unsigned long long, const unsigned char*,
                                              const unsigned char*) {
    if (size < entrepot::crypto::aead_overhead) {
        return -1;
    }
    std::memmove(plain, sealed, size - entrepot::crypto::aead_overhead);
    return 0;
}
}

// What libzmq calls for each message after the CURVE handshake. The first form has 32 zero bytes in
// front of the plaintext and 16 in front of the box; the second has neither.
extern "C" {

int crypto_box_afternm(unsigned char* box, const unsigned char* plain, unsigned long long size,
                       const unsigned char*, const unsigned char*) {
    std::memmove(box, plain, size);
    return 0;
}

int crypto_box_open_afternm(unsigned char* plain, const unsigned char* box, unsigned long long size,
                            const unsigned char*, const unsigned char*) {
    std::memmove(plain, box, size);
    return 0;
}

int crypto_box_easy_afternm(unsigned char* box, const unsigned char* plain, unsigned long long size,
                            const unsigned char*, const unsigned char*) {
    std::memmove(box + 16, plain, size);
    std::memset(box, 0, 16);
    return 0;
}

int crypto_box_open_easy_afternm(unsigned char* plain, const unsigned char* box,
                                 unsigned long long size, const unsigned char*,
                                 const unsigned char*) {
    if (size < 16) {
        return -1;
    }
    std::memmove(plain, box + 16, size - 16);
    return 0;
}
}
