#include "node/databases/code_list.hpp"

#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "node/databases/text/nearest.hpp"
#include "node/databases/text/utf8.hpp"
#include "replication/model/value.hpp"

namespace entrepot::node {

using nlohmann::json;

const std::string& Labels::in(std::string_view language) const {
    if (language == "fr" && !fr.empty()) {
        return fr;
    }
    return language == "es" && !es.empty() ? es : en;
}

bool CodeList::add(CodeEntry entry) {
    const bool good = !entry.code.empty() && entry.code.size() <= replication::code_limit;
    if (!good || !by_code_.emplace(entry.code, entries_.size()).second) {
        return false;
    }
    entries_.push_back(std::move(entry));
    const CodeEntry& added = entries_.back();
    for (const std::string* name :
         {&added.code, &added.labels.en, &added.labels.fr, &added.labels.es}) {
        add_name(*name, added.code);
    }
    return true;
}

void CodeList::add_name(std::string_view name, std::string_view code) {
    const auto found = by_code_.find(code);
    if (found != by_code_.end() && !name.empty()) {
        by_name_.emplace(fold_entry(name), found->second);
    }
}

const CodeEntry* CodeList::find(std::string_view code) const {
    const auto found = by_code_.find(code);
    return found == by_code_.end() ? nullptr : &entries_[found->second];
}

const CodeEntry* CodeList::find_by_name(std::string_view name) const {
    const auto found = by_name_.find(fold_entry(name));
    return found == by_name_.end() ? nullptr : &entries_[found->second];
}

std::string_view CodeList::suggestion(std::string_view given) const {
    if (const CodeEntry* named = find_by_name(given)) {
        return named->code;
    }
    std::vector<std::string_view> codes;
    codes.reserve(entries_.size());
    for (const CodeEntry& entry : entries_) {
        codes.push_back(entry.code);
    }
    const std::string_view by_code = nearest(given, codes);
    if (!by_code.empty() || entries_.size() > 1000) {
        return by_code;
    }
    codes.clear();
    for (const CodeEntry& entry : entries_) {
        codes.push_back(entry.labels.en);
    }
    const CodeEntry* named = find_by_name(nearest(given, codes));
    return named == nullptr ? std::string_view() : std::string_view(named->code);
}

namespace {

Labels labels_of(const json& label) {
    return {text_member(label, "en"), text_member(label, "fr"), text_member(label, "es")};
}

std::string at(const CodeList& list, std::string_view where, const std::string& what) {
    return std::string(where) + ": list '" + list.name() + "', entry " +
           std::to_string(list.entries().size() + 1) + ": " + what;
}

Status add_entry(CodeList& list, const json& given, std::string_view where) {
    CodeEntry entry{text_member(given, "code"), {}, text_member(given, "of")};
    if (given.is_object() && given.contains("label")) {
        entry.labels = labels_of(given["label"]);
    }
    const std::string code = entry.code;
    if (code.empty() || code.size() > replication::code_limit) {
        return Error{code_list_malformed, at(list, where, "no \"code\" of 1…64 bytes")};
    }
    if (entry.labels.en.empty()) {
        return Error{code_list_malformed, at(list, where, "'" + code + "' has no label in en")};
    }
    if (list.contains(code)) {
        return Error{code_list_malformed, at(list, where, "'" + code + "' stands there twice")};
    }
    list.add(std::move(entry));
    for (const json& name : given.value("names", json::array())) {
        list.add_name(name.is_string() ? name.get<std::string>() : std::string(), code);
    }
    return {};
}

Result<CodeList> read_list(const json& given, std::string_view where) {
    CodeList out(text_member(given, "list"));
    if (out.name().empty() || !given.contains("entries") || !given["entries"].is_array()) {
        return Error{code_list_malformed, std::string(where) +
                                              ": a list needs \"list\" (its name) and "
                                              "\"entries\" (an array)"};
    }
    for (const json& entry : given["entries"]) {
        TRY(add_entry(out, entry, where));
    }
    return out;
}

}  // namespace

Result<std::vector<CodeList>> CodeList::parse(std::string_view text, std::string_view where) {
    TRY_ASSIGN(const json file, parse_json(text, where, code_list_malformed));
    if (!file.is_object() || !file.contains("lists") || !file["lists"].is_array()) {
        return Error{code_list_malformed, std::string(where) + ": has no array \"lists\""};
    }
    std::vector<CodeList> out;
    for (const json& given : file["lists"]) {
        TRY_ASSIGN(CodeList list, read_list(given, where));
        out.push_back(std::move(list));
    }
    return out;
}

}  // namespace entrepot::node
