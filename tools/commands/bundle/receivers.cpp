#include "tools/commands/bundle/receivers.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

using Names = std::map<std::string, std::vector<std::string>>;

/// Nodes in force by the name of their unit; nothing while the node is locked.
Names known_names(NodeConnection& node) {
    Names out;
    const auto roster = node.worker({"GET", "/roster"});
    if (!roster) {
        return out;
    }
    for (const json& known : roster.value().value("nodes", json::array())) {
        if (!known.value("revoked", false)) {
            out[text_member(known, "name")].push_back(text_member(known, "node"));
        }
    }
    return out;
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> out;
    std::size_t start = 0;
    while (start <= list.size()) {
        const auto comma = std::min(list.find(',', start), list.size());
        if (comma > start) {
            out.push_back(list.substr(start, comma - start));
        }
        start = comma + 1;
    }
    return out;
}

void add(json& out, const Names& names, const std::string& word) {
    const auto named = names.find(word);
    if (named == names.end()) {
        out.push_back(word);
        return;
    }
    for (const std::string& id : named->second) {
        out.push_back(id);
    }
}

}  // namespace

json receivers_of(NodeConnection& node, const std::vector<std::string>& wanted) {
    json out = json::array();
    const Names names = wanted.empty() ? Names() : known_names(node);
    for (const std::string& one : wanted) {
        const bool is_name = names.contains(one);  // it may have a comma in it
        for (const std::string& word : is_name ? std::vector<std::string>{one} : split(one)) {
            add(out, names, word);
        }
    }
    return out;
}

}  // namespace entrepot::tools
