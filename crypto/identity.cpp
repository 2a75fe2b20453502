#include "crypto/identity.hpp"

#include <set>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"

namespace entrepot::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t relay_secret_size = 3 * key_size;

template <class... Keys>
Status check_distinct(const Keys&... keys) {
    if (std::set{keys.bytes...}.size() != sizeof...(keys)) {
        return Error{identity_bytes, "two of a node's keys are the same"};
    }
    return {};
}

}  // namespace

NodeId node_id_of(const PublicKey& signing) {
    return NodeId{hash128(domain::node, {signing.view()})};
}

Bytes PublicIdentity::encode() const {
    return WireWriter().fixed(sign).fixed(box).fixed(transport).fixed(courier).take();
}

Result<PublicIdentity> PublicIdentity::decode(ByteView bytes) {
    if (bytes.size() != wire_size) {
        return Error{identity_bytes,
                     "a node's keys are 128 bytes, not " + std::to_string(bytes.size())};
    }
    WireReader reader(bytes);
    PublicIdentity out;
    out.sign = reader.fixed<PublicKey>();
    out.box = reader.fixed<BoxPublicKey>();
    out.transport = reader.fixed<TransportPublicKey>();
    out.courier = reader.fixed<BoxPublicKey>();
    TRY(check_public_key(out.sign));
    TRY(check_public_key(out.box));
    TRY(check_public_key(out.transport));
    TRY(check_public_key(out.courier));
    TRY(check_distinct(out.sign, out.box, out.transport, out.courier));
    return out;
}

RelayKeys RelayKeys::generate(Entropy& entropy) {
    auto sign = SigningKey::generate(entropy);
    auto transport = TransportKey::generate(entropy);
    auto courier = BoxKey::generate(entropy);
    return RelayKeys(std::move(sign), std::move(transport), std::move(courier));
}

Result<RelayKeys> RelayKeys::from_secret(ByteView bytes) {
    if (bytes.size() != relay_secret_size) {
        return Error{identity_bytes, "a node's keys to relay with are 96 bytes"};
    }
    TRY_ASSIGN(auto sign, SigningKey::from_seed(bytes.first(key_size)));
    TRY_ASSIGN(auto transport, TransportKey::from_secret(bytes.subspan(key_size, key_size)));
    TRY_ASSIGN(auto courier, BoxKey::from_secret(bytes.last(key_size)));
    TRY(check_distinct(sign.public_key(), transport.public_key(), courier.public_key()));
    return RelayKeys(std::move(sign), std::move(transport), std::move(courier));
}

Secret RelayKeys::to_secret() const {
    Secret out(relay_secret_size);
    const MutableByteView view = out.mutable_view();
    std::memcpy(view.data(), sign_.seed().data(), key_size);
    std::memcpy(view.data() + key_size, transport_.secret().data(), key_size);
    std::memcpy(view.data() + 2 * key_size, courier_.secret().data(), key_size);
    return out;
}

Identity Identity::generate(Entropy& entropy) {
    auto relay = RelayKeys::generate(entropy);
    auto box = BoxKey::generate(entropy);
    return Identity(std::move(relay), std::move(box));
}

Result<Identity> Identity::join(RelayKeys relay, BoxKey box) {
    TRY(check_distinct(relay.sign().public_key(), relay.transport().public_key(),
                       relay.courier().public_key(), box.public_key()));
    return Identity(std::move(relay), std::move(box));
}

Identity Identity::duplicate() const {
    auto relay = RelayKeys::from_secret(relay_.to_secret().view());
    ENSURE(relay.has_value());
    return Identity(*std::move(relay), box_.duplicate());
}

PublicIdentity Identity::public_part() const {
    return {sign().public_key(), box_.public_key(), transport().public_key(),
            courier().public_key()};
}

}  // namespace entrepot::crypto
