// Validation: a document, as `put` gives it, becomes assignments, or problems in plain words.
//
//     {"kind": "seizure", "seized_on": "2016-03", "technical_aids": ["dog"],
//      "goods": [{"category": "cites", "quantity": "12.50", "unit": "kg"}],
//      "route": {"2": {"country": "MG"}, "3": null}}
//
// A path absent from the document stays as it is; null clears a field or removes an item. A group
// is an object keyed by item id, or an array: an element with "id" is that item; one without is
// item k (its place, from 1) where the record has it, else a new item.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "crypto/entropy.hpp"
#include "node/databases/problem.hpp"
#include "node/databases/schema.hpp"
#include "replication/model/change.hpp"

namespace entrepot::node {

/// Items a group may have in one document.
inline constexpr std::size_t item_limit = 1000;

struct ReadDocument {
    /// Sorted by path, each once; to be used only when there are no problems.
    std::vector<replication::Assignment> assignments;
    std::vector<Problem> problems;
};

/// UTF-8 JSON text of at most 1 MiB with an object inside: document.too_large, document.not_utf8,
/// document.not_json (with line and column) or document.not_object otherwise.
Result<nlohmann::json> parse_document(std::string_view text);

/// A new record. Required fields of the simplified form must be there unless its status is draft
/// (or the database has no status and nothing is required).
ReadDocument read_document(const Schema& schema, const nlohmann::json& document);

/// A change of the record that was shown: only paths whose value differs from the leading value,
/// or that are in conflict (writing a value there settles it). New items get ids from `item_ids`.
/// Removing what is not there is no assignment. A status leaving draft needs the required fields.
ReadDocument assignments_against(const Schema& schema, const replication::RecordState& shown,
                                 const nlohmann::json& document, crypto::Entropy& item_ids);

/// Where a set keeps a code: "technical_aids/x_ray/code", "nationalities/jm/code".
std::string set_path(const Group& set, std::string_view code);

/// Appends field.missing for each required field that `assignments` of a new record lack, unless
/// they say it is a draft. For importers, which make assignments without a document.
void check_required(const Schema& schema, std::span<const replication::Assignment> assignments,
                    std::vector<Problem>& problems);

}  // namespace entrepot::node
