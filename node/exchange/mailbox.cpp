#include "node/exchange/mailbox.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "node/databases/validate.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr std::string_view messages = "messages";

/// A message, ready to be saved.
struct Prepared {
    Desk* outer = nullptr;
    Place place;
    replication::Change change;
};

Result<Prepared> prepare(Desk& home, const json& body) {
    const std::string partner = text_member(body, "country");
    const std::string own = home.settings().country;
    Prepared out;
    TRY_ASSIGN(out.outer, partner_desk(home, partner, MadeBy::us));
    auto place = find_place(*out.outer, released_name(own, partner, messages));
    if (!place) {
        return Error{partner_not_ready, "no messages to " + partner + " yet: 'entrepot partner "
                                        "open " + partner + "'"};
    }
    out.place = *std::move(place);
    json document{{"country", own}};
    for (const char* field : {"kind", "about", "answers", "text", "legal_basis", "deadline"}) {
        if (const std::string text = text_member(body, field); !text.empty()) {
            document[field] = text;
        }
    }
    TRY_ASSIGN(const Schema* schema, home.catalogue().schema(messages));
    ReadDocument read = read_document(*schema, document);
    if (!read.problems.empty()) {
        return as_error(read.problems);
    }
    out.change.record = home.entropy().fixed<replication::RecordId>();
    out.change.database = messages;
    out.change.assignments = std::move(read.assignments);
    return out;
}

}  // namespace

void send_message(Desk& home, const json& body, JsonDone done) {
    auto prepared = prepare(home, body);
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    const replication::RecordKey key{prepared->place.id, prepared->change.record};
    const json answer{{"message", to_base32(key.record.view())},
                      {"compartment", prepared->place.name}};
    save_change(*prepared->outer, key, std::move(prepared->change), [answer, done](Status sent) {
        done(sent ? Result<json>(answer) : Result<json>(std::move(sent).error()));
    });
}

}  // namespace entrepot::node
