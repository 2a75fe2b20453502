// Seizures to put and import: invented by the program's own generator, so that they are valid.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "node/generate/generate.hpp"

namespace entrepot::node {

inline std::vector<nlohmann::json> generated(std::uint64_t seed, std::uint64_t count,
                                             const std::string& database = "seizures") {
    std::vector<nlohmann::json> out;
    const auto made = generate_documents({seed, count, database}, [&](const nlohmann::json& one) {
        out.push_back(one);
        return true;
    });
    if (!made) {
        throw std::runtime_error(made.error().context);
    }
    return out;
}

inline nlohmann::json seizure(std::uint64_t seed) {
    return generated(seed, 1).front();
}

/// One document a line, each marked with "<mark>-<number>" as its other reference.
inline std::string as_lines(std::vector<nlohmann::json> documents, const std::string& mark) {
    std::string out;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        documents[i].erase("reference");
        documents[i]["other_reference"] = mark + "-" + std::to_string(i);
        out += documents[i].dump() + "\n";
    }
    return out;
}

}  // namespace entrepot::node
