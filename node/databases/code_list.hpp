// CodeList: the codes a field may hold, each with its labels. Own short lists are files in
// node/databases/lists; countries, subdivisions, currencies and languages come from iso_codes.hpp.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/base/result.hpp"

namespace entrepot::node {

inline constexpr ErrorCode code_list_malformed{"code_list.malformed", ErrorKind::invalid_input};

/// For lookups by string_view in unordered containers.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// The same words in the languages of the interface; fr and es may be empty (show en).
struct Labels {
    std::string en, fr, es;
    /// That language's label, or English where it has none.
    const std::string& in(std::string_view language) const;
};

struct CodeEntry {
    std::string code;
    Labels labels;
    std::string of;  ///< the code of another list this entry belongs to, or empty
};

class CodeList {
public:
    explicit CodeList(std::string name = {}) : name_(std::move(name)) {}

    /// Reads {"edition", "lists": [{"list", "entries": [{"code", "label": {…}, "names": […]}]}]};
    /// `where` names the file in errors. code_list.malformed says what is wrong and where.
    static Result<std::vector<CodeList>> parse(std::string_view json, std::string_view where);

    /// Adds an entry; false when the code is there already or is not 1…64 bytes.
    bool add(CodeEntry entry);
    /// Adds another name by which find_by_name finds the code; an earlier meaning stays.
    void add_name(std::string_view name, std::string_view code);

    const std::string& name() const { return name_; }
    const std::vector<CodeEntry>& entries() const { return entries_; }
    bool contains(std::string_view code) const { return by_code_.find(code) != by_code_.end(); }
    const CodeEntry* find(std::string_view code) const;
    /// By code, label in any language or other name, ignoring case and spaces; null otherwise.
    const CodeEntry* find_by_name(std::string_view name) const;
    /// The code somebody may have meant, or empty.
    std::string_view suggestion(std::string_view given) const;

private:
    std::string name_;
    std::vector<CodeEntry> entries_;
    TextMap<std::size_t> by_code_;
    TextMap<std::size_t> by_name_;
};

}  // namespace entrepot::node
