#include "tools/commands/line/arguments.hpp"

#include <charconv>

namespace entrepot::tools {

bool Arguments::has(const std::string& name) const {
    return values_.count(name) != 0;
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? otherwise : found->second.back();
}

std::vector<std::string> Arguments::all(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
}

Outcome<std::uint64_t> Arguments::number(const std::string& name, std::uint64_t otherwise,
                                         std::uint64_t most) const {
    if (!has(name)) {
        return otherwise;
    }
    const std::string given = text(name);
    std::uint64_t out = 0;
    const char* end = given.data() + given.size();
    const auto [at, failed] = std::from_chars(given.data(), end, out);
    if (failed != std::errc() || at != end || out > most) {
        return Error{usage_wrong, "--" + name + " takes a whole number up to " +
                                      std::to_string(most) + ", not '" + given + "'"};
    }
    return out;
}

}  // namespace entrepot::tools
