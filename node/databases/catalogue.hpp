// Catalogue: every schema and code list of this program, loaded once and passed down.
#pragma once

#include <memory>
#include <string>

#include "node/databases/lists/iso_codes.hpp"
#include "node/databases/schema.hpp"

namespace entrepot::node {

inline constexpr ErrorCode catalogue_unknown_database{"catalogue.unknown_database",
                                                      ErrorKind::not_found};
inline constexpr ErrorCode catalogue_unreadable{"catalogue.unreadable", ErrorKind::storage};

struct CatalogueSources {
    /// Directory with schemas/*.json and lists/*.json that replace or add to the shipped files of
    /// the same name; empty for the shipped ones alone.
    std::string overrides;
    IsoCodesPlaces iso_codes;
};

/// Not copyable; schemas point into its lists. Safe to read from several threads.
class Catalogue {
public:
    /// schema.malformed, code_list.malformed, iso_codes.missing or catalogue.unreadable, with the
    /// file named.
    static Result<std::unique_ptr<Catalogue>> load(const CatalogueSources& sources = {});

    /// catalogue.unknown_database lists the databases there are.
    Result<const Schema*> schema(std::string_view database) const;
    const CodeList* list(std::string_view name) const;
    const TextMap<Schema>& schemas() const { return schemas_; }
    const TextMap<CodeList>& lists() const { return lists_; }

    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;

private:
    Catalogue() = default;
    Status load_lists(const CatalogueSources& sources);
    Status load_schemas(const CatalogueSources& sources);

    TextMap<CodeList> lists_;
    TextMap<Schema> schemas_;
};

}  // namespace entrepot::node
