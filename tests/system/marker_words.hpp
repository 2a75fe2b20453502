// MarkerWords: makes words of 6, 12 and 32 bytes that occur nowhere else, documents that are full
// of them, and remembers which belong together.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "crypto/base64.hpp"
#include "node/databases/shipped.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {

class MarkerWords {
public:
    /// A word of that many capital letters, of the present group.
    std::string word(std::size_t size) {
        std::string out;
        while (out.size() < size) {
            out += static_cast<char>('A' + letters_() % 26);
        }
        words_.push_back(out);
        groups_[group_].push_back(out);
        return out;
    }
    /// As many as a text of that length has room for.
    std::string text(std::size_t longest) {
        return longest >= 60   ? word(6) + " " + word(12) + " " + word(32)
               : longest >= 20 ? word(6) + " " + word(12)
                               : word(6);
    }
    /// A valid document with marker words in every text it has room for. What `group_of` says of
    /// a field's schema is the group of its words.
    template <class GroupOf>
    nlohmann::json marked(const std::string& database, GroupOf group_of) {
        using nlohmann::json;
        const json schema = json::parse(shipped_file("schemas/" + database + ".json"));
        json out = generated(9, 1, database).front();
        out.erase("reference");
        fill(schema.at("fields"), out, group_of);
        for (const json& group : schema.at("groups")) {
            const std::string name = group.at("name");
            if (!group.value("set", false) && out.contains(name) && !out[name].empty()) {
                fill(group.at("fields"), out[name][0], group_of);
            }
        }
        return out;
    }
    nlohmann::json marked(const std::string& database) {
        return marked(database, [this](const nlohmann::json&) { return group_; });
    }
    /// Words as somebody might write them down, in one text.
    std::string spelled() {
        std::string out;
        for (const std::size_t size : {6, 12, 32}) {
            const std::string one = word(size);
            spelled_.insert(one);
            out += to_hex(as_bytes(one));
            for (const char* before : {" ", "a", "ab"}) {
                const std::string around = *before == ' ' ? one : before + one;
                out += " " + crypto::to_base64(as_bytes(around + "!!"));
            }
            std::string capitals = to_hex(as_bytes(one));
            std::transform(capitals.begin(), capitals.end(), capitals.begin(), ::toupper);
            out += " " + capitals + " ";
        }
        return out;
    }

    /// Words from now on belong to this group.
    void begin(const std::string& group) { group_ = group; }
    const std::vector<std::string>& of(const std::string& group) { return groups_[group]; }
    const std::vector<std::string>& all() const { return words_; }
    /// Those of spelled(), which do not stand anywhere as they are.
    const std::set<std::string>& all_spelled() const { return spelled_; }

private:
    /// Fields whose text has a form of its own are left as they are.
    template <class GroupOf>
    void fill(const nlohmann::json& fields, nlohmann::json& item, GroupOf group_of) {
        static const std::set<std::string> formed{
            "reference", "imo",    "vin",  "container", "hs_code",
            "script",    "number", "unit", "website",   "release_basis"};
        for (const nlohmann::json& field : fields) {
            const std::string name = field.at("name");
            if (field.at("type") == "text" && !formed.contains(name)) {
                const std::string before = std::exchange(group_, group_of(field));
                item[name] = text(field.value("longest", std::size_t{200}));
                group_ = before;
            }
        }
    }

    std::mt19937_64 letters_{26};
    std::string group_ = "all";
    std::vector<std::string> words_;
    std::map<std::string, std::vector<std::string>> groups_;
    std::set<std::string> spelled_;
};

}  // namespace entrepot::node
