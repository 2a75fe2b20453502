#include "replication/sync/carriage.hpp"

namespace entrepot::replication {

const Carriage::Carried& Carriage::standing(const CompartmentId& compartment) {
    const Roster& roster = replica_.roster();
    if (roster.length() != known_) {
        compartments_.clear();
        known_ = roster.length();
    }
    const auto [place, is_new] = compartments_.try_emplace(compartment);
    if (is_new) {
        const CompartmentStanding* found = roster.compartment(compartment);
        place->second.both = found != nullptr && replica_.may_carry(replica_.self(), compartment) &&
                             replica_.may_carry(peer_, compartment);
        place->second.lane = found == nullptr ? Lane::records : found->lane;
    }
    return place->second;
}

bool Carriage::carries(const CompartmentId& compartment) {
    return standing(compartment).both;
}

bool Carriage::exchanges(const LogDescriptor& log, const LogId& id) {
    return carries(log.compartment) && !replica_.is_stopped(id);
}

Lane Carriage::lane(const CompartmentId& compartment) {
    return standing(compartment).lane;
}

CountedHeads Carriage::heads() {
    CountedHeads out;
    for (const auto& [log, head] : replica_.heads().all()) {
        if (!exchanges(head.descriptor, log)) {
            continue;
        }
        if (const auto counted = replica_.counted_head(log)) {
            out.emplace_hint(out.end(), log, *counted);
        }
    }
    for (const Head& head : replica_.uncounted()) {
        if (carries(head.descriptor.compartment)) {
            out.emplace(head.descriptor.id(), head);
        }
    }
    return out;
}

Hash digest_of(const CountedHeads& heads) {
    crypto::Hasher hasher(crypto::domain::heads);
    for (const auto& [log, head] : heads) {
        hasher.add(log.view()).add_u64(head.number.value).add(head.hash.view());
    }
    return hasher.finish();
}

}  // namespace entrepot::replication
