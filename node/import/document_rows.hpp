// NDJSON: one document, in the form of `put`, on each line.
#pragma once

#include "node/import/importer.hpp"

namespace entrepot::node {

struct DocumentRow {
    ImportedRecord record;         ///< without its key
    std::vector<std::string> key;  ///< texts of the key's members, or the line when there is no key
    std::vector<RowProblem> problems;
};

/// Reads the line as a document, with the mapping's constants where it says nothing itself.
DocumentRow read_document_row(const Mapping& mapping, const Row& row);

}  // namespace entrepot::node
