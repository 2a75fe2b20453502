// Query: which records a person asks for. `goods.category:cites seized_on:2026-01..2026-03 gold`
//
//     field:value      equal; a date matches when the periods overlap; text ignores case
//     field:a..b       from a to b, both included; either may be left out (2026..)
//     field~"word"     the text holds the word, ignoring case
//     word  "two words"   any text of the record holds it
//
// Terms stand beside each other and all must hold; each may hold in another item. A field is named
// as in the schema: seized_on, goods.category, or by its name alone when only groups have it. Every
// sibling of a conflict is looked at. Matching by sound or spelling is the search's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/databases/schema.hpp"
#include "replication/model/record_state.hpp"

namespace entrepot::node {

inline constexpr ErrorCode query_malformed{"query.malformed", ErrorKind::invalid_input};
inline constexpr ErrorCode query_unknown_field{"query.unknown_field", ErrorKind::invalid_input};
inline constexpr ErrorCode query_bad_value{"query.bad_value", ErrorKind::invalid_input};

class Query {
public:
    /// At most 4 KiB and 64 terms. query.malformed, query.unknown_field (suggests one) or
    /// query.bad_value (unknown code, no date …) otherwise. `schema` must outlive the query.
    static Result<Query> parse(std::string_view text, const Schema& schema);

    /// Whether every term holds. An empty query matches every record. Removed items are not
    /// looked at; leaving out tombstoned records is the caller's business.
    bool matches(const replication::RecordState& state) const;

private:
    enum class Kind { equal, range, holds, anywhere };
    /// "goods" and "category", or no group; `group` "*" is every group that has the field.
    struct Place {
        std::string group;
        std::string field;
    };
    struct Term {
        Kind kind = Kind::anywhere;
        Place place;
        FieldType type = FieldType::text;
        std::string text;  ///< folded
        std::optional<replication::Value> low, high;
    };
    static Result<Place> place_of(std::string_view name, const Schema& schema, const Field*& field);
    static Result<Term> parse_term(std::string_view token, const Schema& schema);
    static Status parse_operand(Term& term, std::string_view operand, const Field& field);
    static bool names(const Place& place, std::string_view path);
    static bool holds(const Term& term, const replication::Value& value);
    static bool term_matches(const Term& term, const replication::RecordState& state);

    std::vector<Term> terms_;
};

}  // namespace entrepot::node
