#include <regex>

#include "tests/style/rules.hpp"

namespace entrepot::style {
namespace {

constexpr std::size_t most_columns = 100;

bool is_script(const SourceFile& file) {
    return file.text.starts_with("#!");
}

bool is_measured(const SourceFile& file) {
    return is_code(file.path) || is_script(file) || file.path.ends_with("CMakeLists.txt");
}

/// Characters, not bytes: a name in Arabic is no longer than it looks.
std::size_t columns_of(std::string_view line) {
    std::size_t columns = 0;
    for (const char c : line) {
        columns += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0 : 1;
    }
    return columns;
}

/// Put together from halves, so that this file does not break its own rule.
const std::regex& note_to_oneself() {
    static const std::regex words(std::string("\\b(TO") + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
    return words;
}

bool may_hold_a_note(const std::string& line) {
    return line.find("TO") != std::string::npos || line.find("FIX") != std::string::npos ||
           line.find("XX") != std::string::npos || line.find("HA") != std::string::npos;
}

void check_line(const SourceFile& file, std::size_t number, const std::string& line,
                Findings& findings) {
    if (columns_of(line) > most_columns) {
        findings.push_back(
            {file.path, number, std::to_string(columns_of(line)) + " columns, at most 100"});
    }
    if (line.find('\t') != std::string::npos) {
        findings.push_back({file.path, number, "a tab"});
    }
    if (may_hold_a_note(line) && std::regex_search(line, note_to_oneself())) {
        findings.push_back({file.path, number, "a note to oneself: do it, or leave it out"});
    }
}

}  // namespace

Findings untidy_text(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        if (!is_measured(file)) {
            continue;
        }
        std::size_t number = 0;
        bool guarded = !is_header(file.path);
        for (const std::string& line : lines_of(file.text)) {
            check_line(file, ++number, line, findings);
            guarded = guarded || line == "#pragma once";
        }
        if (!guarded) {
            findings.push_back({file.path, 1, "a header without #pragma once"});
        }
    }
    return findings;
}

Findings strangers_at_top_level(const SourceTree& tree) {
    static const std::set<std::string> agreed{"CMakeLists.txt", "CMakePresets.json",
                                              "README.md",      "crypto",
                                              "replication",    "node",
                                              "tools",          "tests"};
    Findings findings;
    for (const std::string& name : tree.top_level) {
        if (!name.starts_with('.') && agreed.count(name) == 0) {
            findings.push_back({name, 0, "outside the agreed layout of the root"});
        }
    }
    return findings;
}

}  // namespace entrepot::style
