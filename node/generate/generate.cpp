#include "node/generate/generate.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/validate.hpp"
#include "node/generate/writers.hpp"

namespace entrepot::node {

Status generate_documents(const GenerateOptions& options,
                          const std::function<bool(const nlohmann::json&)>& take) {
    nlohmann::json (*write)(const Words&, Dice&) =
        options.database == "seizures"    ? &generated_seizure
        : options.database == "suspects"  ? &generated_suspect
        : options.database == "companies" ? &generated_company
                                          : nullptr;
    if (write == nullptr) {
        return Error{generate_unknown_database, "'" + options.database +
                                                    "' cannot be generated; seizures, suspects "
                                                    "and companies can"};
    }
    const Words words = Words::shipped();
    Dice dice(options.seed);
    for (std::uint64_t i = 0; i < options.count; ++i) {
        if (!take(write(words, dice))) {
            break;
        }
    }
    return {};
}

Result<replication::Change> first_change(const Schema& schema, const replication::RecordId& record,
                                         const nlohmann::json& document) {
    ReadDocument read = read_document(schema, document);
    if (!read.problems.empty()) {
        return as_error(read.problems);
    }
    replication::Change out;
    out.record = record;
    out.database = schema.database;
    out.assignments = std::move(read.assignments);
    return out;
}

}  // namespace entrepot::node
