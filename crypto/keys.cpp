// The key pairs of primitives.hpp: Ed25519 signing, X25519 agreement, and the check of public keys.
#include <sodium.h>

#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "crypto/low_order.hpp"
#include "crypto/primitives.hpp"

namespace entrepot::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t signing_secret_size = crypto_sign_SECRETKEYBYTES;

/// The domain and the parts in one piece, as Ed25519 reads its message twice. On the stack while
/// it is small: a commit's header is 164 bytes.
class Message {
public:
    Message(Domain domain, std::initializer_list<ByteView> parts) {
        std::size_t total = domain.text.size();
        for (const ByteView part : parts) {
            total += part.size();
        }
        if (total > small_.size()) {
            large_.resize(total);
        }
        all_ = (total > small_.size() ? MutableByteView(large_) : MutableByteView(small_))
                   .first(total);
        auto end = std::copy(domain.text.begin(), domain.text.end(), all_.begin());
        for (const ByteView part : parts) {
            end = std::copy(part.begin(), part.end(), end);
        }
    }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

    ByteView view() const { return all_; }

private:
    std::array<std::uint8_t, 512> small_;
    Bytes large_;
    MutableByteView all_;
};

Status check_agreement_key(ByteView key) {
    if (is_low_order_x25519(key)) {
        return Error{crypto_weak_key, "an agreement key of small order"};
    }
    if (!is_canonical_x25519(key)) {
        return Error{crypto_weak_key, "an agreement key in a second spelling"};
    }
    return {};
}

}  // namespace

SigningKey SigningKey::generate(Entropy& entropy) {
    const Secret seed = entropy.secret(key_size);
    return std::move(from_seed(seed.view())).value();
}

Result<SigningKey> SigningKey::from_seed(ByteView seed) {
    if (seed.size() != key_size) {
        return Error{crypto_key_length, "a signing seed has 32 bytes"};
    }
    SigningKey out;
    out.secret_ = Secret(signing_secret_size);
    crypto_sign_seed_keypair(out.public_.bytes.data(), out.secret_.mutable_view().data(),
                             seed.data());
    return out;
}

Signature SigningKey::sign(Domain domain, std::initializer_list<ByteView> parts) const {
    ENSURE(secret_.size() == signing_secret_size);
    const Message message(domain, parts);
    Signature out;
    crypto_sign_detached(out.bytes.data(), nullptr, message.view().data(), message.view().size(),
                         secret_.view().data());
    return out;
}

SigningKey SigningKey::duplicate() const {
    SigningKey out;
    out.secret_ = secret_.duplicate();
    out.public_ = public_;
    return out;
}

Status verify(const PublicKey& key, Domain domain, std::initializer_list<ByteView> parts,
              const Signature& signature) {
    const Message message(domain, parts);
    if (crypto_sign_verify_detached(signature.bytes.data(), message.view().data(),
                                    message.view().size(), key.bytes.data()) != 0) {
        return Error{crypto_signature, "the signature is not that key's over these bytes"};
    }
    return {};
}

Status check_public_key(const PublicKey& key) {
    if (crypto_core_ed25519_is_valid_point(key.bytes.data()) != 1) {
        return Error{crypto_weak_key, "a signing key that is no point of the main subgroup"};
    }
    return {};
}

Status check_public_key(const BoxPublicKey& key) {
    return check_agreement_key(key.view());
}
Status check_public_key(const TransportPublicKey& key) {
    return check_agreement_key(key.view());
}

template <class Public>
AgreementKey<Public> AgreementKey<Public>::generate(Entropy& entropy) {
    const Secret secret = entropy.secret(key_size);
    return std::move(from_secret(secret.view())).value();
}

template <class Public>
Result<AgreementKey<Public>> AgreementKey<Public>::from_secret(ByteView secret) {
    if (secret.size() != key_size) {
        return Error{crypto_key_length, "a secret agreement key has 32 bytes"};
    }
    AgreementKey out;
    out.secret_ = Secret::copy_of(secret);
    crypto_scalarmult_curve25519_base(out.public_.bytes.data(), secret.data());
    return out;
}

template <class Public>
AgreementKey<Public> AgreementKey<Public>::duplicate() const {
    AgreementKey out;
    out.secret_ = secret_.duplicate();
    out.public_ = public_;
    return out;
}

template class AgreementKey<BoxPublicKey>;
template class AgreementKey<TransportPublicKey>;

}  // namespace entrepot::crypto
