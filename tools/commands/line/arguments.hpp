// Arguments: what was given on the command line, by name: options by their long name without
// hyphens, positional ones by the name in capitals that help shows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/commands/line/failure.hpp"

namespace entrepot::tools {

class Arguments {
public:
    using Values = std::map<std::string, std::vector<std::string>>;

    Arguments() = default;
    explicit Arguments(Values values) : values_(std::move(values)) {}

    bool has(const std::string& name) const;
    /// The last value; `otherwise` when it was not given.
    std::string text(const std::string& name, const std::string& otherwise = "") const;
    /// All values, in order.
    std::vector<std::string> all(const std::string& name) const;
    /// usage.wrong when it is not a whole number up to `most`.
    Outcome<std::uint64_t> number(const std::string& name, std::uint64_t otherwise,
                                  std::uint64_t most) const;

private:
    Values values_;
};

}  // namespace entrepot::tools
