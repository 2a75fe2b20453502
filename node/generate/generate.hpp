// Generated records: realistic, invented, and the same for the same seed on every machine. For
// demonstrations, benchmarks and tests; no name, firm or vessel stands for a real one.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "node/databases/schema.hpp"
#include "replication/model/change.hpp"

namespace entrepot::node {

inline constexpr ErrorCode generate_unknown_database{"generate.unknown_database",
                                                     ErrorKind::invalid_input};

struct GenerateOptions {
    std::uint64_t seed = 1;
    std::uint64_t count = 0;
    std::string database = "seizures";  ///< seizures, suspects or companies
};

/// Gives `count` documents in the form of `put`, one after the other, to `take`; stops early when
/// it returns false. A seizure has about 600 bytes of JSON. generate.unknown_database otherwise.
Status generate_documents(const GenerateOptions& options,
                          const std::function<bool(const nlohmann::json&)>& take);

/// The document as the first change of a new record; document.problems when it has any.
Result<replication::Change> first_change(const Schema& schema, const replication::RecordId& record,
                                         const nlohmann::json& document);

}  // namespace entrepot::node
