// Partners: what headquarters does with the outer rosters that it shares with another
// administration: takes them in, opens compartments for what is released, and tells what there is.
// EXCHANGE.md says how a partnership begins. What may be released is another matter (release.hpp).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/desk/record_desk.hpp"

namespace entrepot::node {

inline constexpr ErrorCode partner_unknown{"partner.unknown", ErrorKind::not_found};
inline constexpr ErrorCode partner_second{"partner.second", ErrorKind::refused};
inline constexpr ErrorCode partner_not_ready{"partner.not_ready", ErrorKind::unavailable};

/// Whether these bytes are a roster file that begins with an outer roster's first entry.
bool is_outer_file(ByteView file);
/// Takes in an outer roster, made here or by a partner, or what it has beyond the one held, or a
/// settled one in its place.
/// partner.unpinned, partner.not_for_us, partner.ended, partner.roots, partner.second (one that the
/// same root keys began for the same partner is held), roster.forked, and the roster's own codes.
/// Answers {"added": entries, "country"}.
void import_outer(Desk& home, ByteView file, JsonDone done);
/// The desk of the outer roster that this administration made for the partner, or that the partner
/// made for it; partner.unknown, partner.not_ready while it is not here.
enum class MadeBy { us, partner };
Result<Desk*> partner_desk(Desk& home, const std::string& country, MadeBy maker);
/// The file of that outer roster; the codes of partner_desk.
Result<Bytes> export_outer(Desk& home, const std::string& country, MadeBy maker);

/// Makes what is lacking of: one compartment for each database that can be released, which the
/// partner reads, one for messages, which both write, and at home the register of what is
/// released. partner.not_ready before the partner's
/// headquarters is certified. Answers {"made": [names]}.
void open_partner(Desk& home, const std::string& country, JsonDone done);
/// {"country","database","name"}: a compartment that both write: its records are held jointly.
void add_joint(Desk& home, const nlohmann::json& body, JsonDone done);
/// [{"country","words","in_force","ours","theirs","compartments":[…]}]
nlohmann::json list_partners(Desk& home);

/// The name of the compartment for what is released of a database; the same on both sides.
std::string released_name(const std::string& from, const std::string& to,
                          std::string_view database);

}  // namespace entrepot::node
