// Schema: what the records of one database may hold. Schemas are files (SCHEMAS.md says how to
// write one); a node that meets a field its schema lacks keeps it and passes it on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/databases/code_list.hpp"
#include "replication/model/record_state.hpp"

namespace entrepot::node {

inline constexpr ErrorCode schema_malformed{"schema.malformed", ErrorKind::invalid_input};

enum class FieldType : std::uint8_t {
    text,
    code,
    boolean,
    integer,
    decimal,
    date,
    moment,
    geo_point,
    reference,
    photo,
    sealed
};
std::string_view name_of(FieldType type);

/// In which form a field must be filled in: S and L of the form, or neither.
enum class Requirement : std::uint8_t { optional, simplified, long_form };

/// 0 free · 1 quasi-identifier · 2 nominal · 3 protects a source.
enum class NominalClass : std::uint8_t { free = 0, quasi = 1, nominal = 2, source = 3 };

/// How a value of class 1 is made coarser before it leaves the country.
enum class Generalise : std::uint8_t { withheld, year, month, degree };
std::string_view name_of(Generalise rule);

struct Field {
    std::string name;
    FieldType type = FieldType::text;
    Labels labels;
    Labels help;
    std::string list_name;
    const CodeList* list = nullptr;  ///< of the catalogue that loaded the schema
    Requirement required = Requirement::optional;
    NominalClass nominal = NominalClass::nominal;
    Generalise generalise = Generalise::withheld;
    bool free_text = true;       ///< of text: anything may stand there, so a person reads it first
    std::string release_as;      ///< code that a released copy says in place of this one, or empty
    std::size_t longest = 2000;  ///< bytes of text
    std::string form;            ///< "reference_number" or empty
    replication::FieldRule rule;
    /// From each value the values that may follow; empty when any may.
    TextMap<std::vector<std::string>> transitions;
    /// Codes that count only from an officer with one of these roles (bits of OfficerRole).
    TextMap<std::uint16_t> roles;
};

/// A repeating part of a record: goods lines, route legs, names. A *set* is a group whose items
/// are single codes: the item's id is the code in lower case and its one field is "code".
struct Group {
    std::string name;
    Labels labels;
    Labels help;
    bool is_set = false;
    Requirement required = Requirement::optional;  ///< whether one item must be there
    std::vector<Field> fields;

    const Field* find(std::string_view field) const;
    TextMap<std::size_t> by_name;
};

class Schema {
public:
    std::string database;
    std::uint32_t edition = 0;
    Labels labels;
    bool by_node = false;  ///< a node may write here by itself, without an officer's signature
    std::vector<Field> fields;
    std::vector<Group> groups;
    std::vector<std::size_t> role_fields;  ///< places in `fields` of those with roles

    /// Checks a schema file's text; `where` names it in errors, `lists` must outlive the schema.
    /// schema.malformed says what is wrong and where ("fields/3 'unit': no list 'unitz'").
    static Result<Schema> parse(std::string_view json, std::string_view where,
                                const TextMap<CodeList>& lists);

    const Field* find(std::string_view field) const;
    const Group* find_group(std::string_view group) const;
    /// The field a path of a record names: "seized_on" or "goods/1/unit"; null when there is none.
    const Field* field_at(std::string_view path) const;
    /// The rule of that path; of an unknown path, ask.
    const replication::FieldRule& rule_at(std::string_view path) const;

    TextMap<std::size_t> field_by_name;
    TextMap<std::size_t> group_by_name;

private:
    replication::FieldRule ask_;
};

}  // namespace entrepot::node
