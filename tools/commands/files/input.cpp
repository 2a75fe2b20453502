#include "tools/commands/files/input.hpp"

#include <iterator>
#include <nlohmann/json.hpp>

#include "node/access/node_directory.hpp"
#include "node/databases/json_text.hpp"

namespace entrepot::tools {

using nlohmann::json;

Outcome<std::string> read_text(Console& console, const std::string& path) {
    if (path != "-") {
        TRY_ASSIGN(const Bytes bytes, node::read_file(path, input_limit));
        return std::string(as_text(bytes));
    }
    std::string out;
    std::string block(64 * 1024, '\0');
    while (console.in()) {
        console.in().read(block.data(), static_cast<std::streamsize>(block.size()));
        out.append(block, 0, static_cast<std::size_t>(console.in().gcount()));
        if (out.size() > input_limit) {
            return Error{input_too_large, "standard input: more than 64 MiB of documents"};
        }
    }
    return out;
}

Outcome<std::string> word_or_line(Console& console, const std::string& word) {
    if (word != "-") {
        return word;
    }
    std::string line;
    if (!std::getline(console.in(), line)) {
        return Error{usage_wrong, "'-' reads a line from standard input, and there is none"};
    }
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

Outcome<replication::RootPin> root_of(const Invocation& invocation) {
    auto root = replication::RootPin::from_text(invocation.arguments.text("root"));
    if (!root) {
        return Error{root.error().code, "--root takes the eight words of the root fingerprint: " +
                                            root.error().context};
    }
    return std::move(root).value();
}

Outcome<std::vector<json>> parse_documents(const std::string& text, const std::string& where) {
    std::vector<json> out;
    auto whole = node::parse_json(text, where, input_not_json);
    const auto first_end = text.find('\n', text.find_first_not_of(" \t\r\n"));
    if (whole && whole->is_array()) {
        out.assign(whole->begin(), whole->end());
    } else if (whole) {
        out.push_back(*std::move(whole));
    } else if (first_end == std::string::npos || !json::accept(text.substr(0, first_end))) {
        return whole.error();
    } else {
        std::size_t number = 0;
        for (std::size_t start = 0; start < text.size();) {
            const auto end = std::min(text.find('\n', start), text.size());
            const std::string line = text.substr(start, end - start);
            start = end + 1;
            ++number;
            if (line.find_first_not_of(" \t\r") == std::string::npos) {
                continue;
            }
            TRY_ASSIGN(auto value, node::parse_json(
                                       line, where + ", document on line " + std::to_string(number),
                                       input_not_json));
            out.push_back(std::move(value));
        }
    }
    for (const json& document : out) {
        if (!document.is_object()) {
            return Error{input_not_json, where + ": a record is a JSON object"};
        }
    }
    return out;
}

json value_of_text(const std::string& text) {
    json parsed = json::parse(text, nullptr, false);
    return parsed.is_discarded() ? json(text) : parsed;
}

}  // namespace entrepot::tools
