#include "replication/log/commit_keys.hpp"

#include "crypto/base/wire.hpp"
#include "replication/log/commit_builder.hpp"

namespace entrepot::replication {

namespace domain = crypto::domain;

crypto::Secret commit_key(const crypto::Secret& compartment_key, const CommitHeader& header) {
    WireWriter place;
    place.u8(header.suite).fixed(header.log).u64(header.number.value);
    place.u32(header.generation.value).fixed(header.salt);
    return crypto::derive(compartment_key.view(), domain::commit, {place.view()});
}

crypto::Secret piece_key(const crypto::Secret& commit_key, std::uint32_t index) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(index >> (8 * i));
    }
    return crypto::derive(commit_key.view(), domain::seal, {bytes});
}

Hash key_hash(const crypto::Secret& piece_key) {
    return crypto::hash(domain::key, {piece_key.view()});
}

Hash key_commitment_of(const Hash& attestation_key, std::span<const Hash> change_keys) {
    crypto::Hasher hasher(domain::commitment);
    hasher.add(attestation_key.view());
    for (const Hash& key : change_keys) {
        hasher.add(key.view());
    }
    return hasher.finish();
}

}  // namespace entrepot::replication
