#include "crypto/identity.hpp"

#include "crypto/base/wire.hpp"

namespace entrepot::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t secret_size = 3 * key_size;

Status check_distinct(const PublicIdentity& keys) {
    if (keys.sign.bytes == keys.box.bytes || keys.sign.bytes == keys.transport.bytes ||
        keys.box.bytes == keys.transport.bytes) {
        return Error{identity_bytes, "two of a node's three keys are the same"};
    }
    return {};
}

}  // namespace

NodeId node_id_of(const PublicKey& signing) {
    return NodeId{hash128(domain::node, {signing.view()})};
}

Bytes PublicIdentity::encode() const {
    return WireWriter().fixed(sign).fixed(box).fixed(transport).take();
}

Result<PublicIdentity> PublicIdentity::decode(ByteView bytes) {
    if (bytes.size() != wire_size) {
        return Error{identity_bytes,
                     "a node's keys are 96 bytes, not " + std::to_string(bytes.size())};
    }
    WireReader reader(bytes);
    PublicIdentity out;
    out.sign = reader.fixed<PublicKey>();
    out.box = reader.fixed<BoxPublicKey>();
    out.transport = reader.fixed<TransportPublicKey>();
    TRY(check_public_key(out.sign));
    TRY(check_public_key(out.box));
    TRY(check_public_key(out.transport));
    TRY(check_distinct(out));
    return out;
}

Identity Identity::generate(Entropy& entropy) {
    auto sign = SigningKey::generate(entropy);
    auto box = BoxKey::generate(entropy);
    auto transport = TransportKey::generate(entropy);
    return Identity(std::move(sign), std::move(box), std::move(transport));
}

Result<Identity> Identity::from_secret(ByteView bytes) {
    if (bytes.size() != secret_size) {
        return Error{identity_bytes, "a node's secret keys are 96 bytes"};
    }
    TRY_ASSIGN(auto sign, SigningKey::from_seed(bytes.first(key_size)));
    TRY_ASSIGN(auto box, BoxKey::from_secret(bytes.subspan(key_size, key_size)));
    TRY_ASSIGN(auto transport, TransportKey::from_secret(bytes.last(key_size)));
    Identity out(std::move(sign), std::move(box), std::move(transport));
    TRY(check_distinct(out.public_part()));
    return out;
}

Secret Identity::to_secret() const {
    Secret out(secret_size);
    const MutableByteView view = out.mutable_view();
    std::memcpy(view.data(), sign_.seed().data(), key_size);
    std::memcpy(view.data() + key_size, box_.secret().data(), key_size);
    std::memcpy(view.data() + 2 * key_size, transport_.secret().data(), key_size);
    return out;
}

PublicIdentity Identity::public_part() const {
    return {sign_.public_key(), box_.public_key(), transport_.public_key()};
}

}  // namespace entrepot::crypto
