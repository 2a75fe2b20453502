#include "tests/replication/log/admission_fixture.hpp"

namespace entrepot::replication {

Writer::Writer(crypto::Identity writer, const CompartmentId& compartment,
               const AdministrationFixture& all)
    : identity(std::move(writer)),
      administration(all),
      descriptor{identity.id(), compartment, entropy.fixed<Incarnation>()} {
    place.log = descriptor.id();
    place.time = {0x0190'0000'0000'0001};
    place.roster_length = all.roster().length();
    place.generation = {1};
}

Bytes Writer::commit(std::uint64_t number, const Hash& previous) {
    place.number = {number};
    place.previous = previous;
    const crypto::Secret key = administration.key(descriptor.compartment, Generation{1});
    CommitBuilder builder(place, key, entropy);
    builder.add(pieces(1, 48)[0]);
    Bytes out = builder.finish({}, {});
    sign_commit(out, identity.sign());
    return out;
}

}  // namespace entrepot::replication
