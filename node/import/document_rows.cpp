#include "node/import/document_rows.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/field_value.hpp"
#include "node/databases/validate.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

/// The members that make the key, taken out of the document when they are no fields of its own.
Status take_key(const Mapping& mapping, json& document, std::vector<std::string>& key) {
    for (const std::string& name : mapping.key) {
        const auto member = document.find(name);
        if (member == document.end() || !member->is_primitive() || member->is_null()) {
            return Error{row_key_empty, "has no value in its key '" + name + "'"};
        }
        key.push_back(member->dump());
        if (mapping.schema->find(name) == nullptr) {
            document.erase(member);
        }
    }
    return {};
}

}  // namespace

DocumentRow read_document_row(const Mapping& mapping, const Row& row) {
    DocumentRow out;
    out.record.rows.push_back(row.number);
    const auto refuse = [&](const Error& error) {
        out.problems.push_back({row.number, {}, {}, error.code, error.context, true});
        return std::move(out);
    };
    auto document = parse_document(row.fields[0]);
    if (!document) {
        return refuse(document.error());
    }
    if (Status status = take_key(mapping, *document, out.key); !status) {
        return refuse(status.error());
    }
    if (mapping.key.empty()) {
        out.key.push_back(row.fields[0]);
    }
    for (const replication::Assignment& constant : mapping.constants) {
        if (!document->contains(constant.path)) {
            (*document)[constant.path] = value_to_json(constant.value);
        }
    }
    ReadDocument read = read_document(*mapping.schema, *document);
    for (const Problem& problem : read.problems) {
        const bool noted = mapping.note_missing && problem.code == field_missing;
        out.problems.push_back(
            {row.number, problem.path, problem.given, problem.code, in_words(problem), !noted});
    }
    out.record.assignments = std::move(read.assignments);
    return out;
}

}  // namespace entrepot::node
