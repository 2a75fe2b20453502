// Known answers from tests/vectors: `name = hexadecimal` lines, records apart by an empty line,
// comments (the source of the values) after #.
#pragma once

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "tests/support/places.hpp"

namespace entrepot {

using Vector = std::map<std::string, Bytes>;

/// All records of one file; throws on a line it cannot read, and when there is no record.
inline std::vector<Vector> read_vectors(const std::string& file) {
    std::ifstream in(source_folder() + "/tests/vectors/" + file);
    std::vector<Vector> out;
    bool in_record = false;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line[0] == '#') {
            in_record = false;
            continue;
        }
        const std::size_t equals = line.find(" =");
        const auto value = from_hex(line.size() > equals + 3 ? line.substr(equals + 3) : "");
        if (equals == std::string::npos || !value) {
            throw std::runtime_error(file + ": cannot read \"" + line + "\"");
        }
        if (!in_record) {
            out.emplace_back();
            in_record = true;
        }
        out.back()[line.substr(0, equals)] = *value;
    }
    if (out.empty()) {
        throw std::runtime_error(file + ": no vectors");
    }
    return out;
}

}  // namespace entrepot
