#include <algorithm>
#include <map>
#include <set>

#include "tests/style/code_text.hpp"
#include "tests/style/rules.hpp"

namespace entrepot::style {
namespace {

struct ErrorConstant {
    std::string path;
    std::size_t line;
    std::string constant;  // commit_signature
    std::string name;      // commit.signature
};

std::size_t line_at(std::string_view text, std::size_t place) {
    std::size_t line = 1;
    for (const char c : text.substr(0, place)) {
        line += c == '\n' ? 1 : 0;
    }
    return line;
}

/// What stands from the first character that is not in `skipped` to the first one in `ends`.
std::string word_after(std::string_view text, std::size_t& at, std::string_view skipped,
                       std::string_view ends) {
    const std::size_t first = std::min(text.find_first_not_of(skipped, at), text.size());
    at = std::min(text.find_first_of(ends, first), text.size());
    return std::string(text.substr(first, at - first));
}

/// `constexpr ErrorCode <constant>{"<name>", …`, over as many lines as it takes.
void add_constants(const SourceFile& file, std::vector<ErrorConstant>& constants) {
    constexpr std::string_view opening = "constexpr ErrorCode";
    const std::string text = without_comments(file.text);
    for (std::size_t at = text.find(opening); at != std::string::npos;
         at = text.find(opening, at)) {
        const std::size_t line = line_at(text, at);
        at += opening.size();
        if (at >= text.size() || (text[at] != ' ' && text[at] != '\n')) {
            continue;
        }
        const std::string constant = word_after(text, at, " \n", " \n{(=;");
        std::size_t quote = text.find_first_not_of(" \n{", at);
        if (quote == std::string::npos || text[quote] != '"') {
            continue;
        }
        constants.push_back({file.path, line, constant, word_after(text, quote, "\"", "\"")});
    }
}

std::vector<ErrorConstant> constants_of(const SourceTree& tree) {
    std::vector<ErrorConstant> constants;
    for (const SourceFile& file : tree.files) {
        if (is_cpp(file.path) && !is_test(file.path)) {
            add_constants(file, constants);
        }
    }
    return constants;
}

/// All words of the tests: letters, digits, underscores and, within a name, dots.
std::set<std::string> words_of_tests(const SourceTree& tree) {
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    std::set<std::string> words;
    for (const SourceFile& file : tree.files) {
        if (!is_test(file.path) || file.path.starts_with("tests/style/")) {
            continue;
        }
        for (const std::string& alphabet : {std::string(letters), std::string(letters) + "."}) {
            for (std::size_t at = 0; at < file.text.size();) {
                const std::size_t first = file.text.find_first_of(alphabet, at);
                if (first == std::string::npos) {
                    break;
                }
                at = std::min(file.text.find_first_not_of(alphabet, first), file.text.size());
                words.insert(file.text.substr(first, at - first));
            }
        }
    }
    return words;
}

}  // namespace

Findings repeated_error_codes(const SourceTree& tree) {
    Findings findings;
    std::map<std::string, ErrorConstant> seen;
    for (const ErrorConstant& constant : constants_of(tree)) {
        const auto [first, fresh] = seen.emplace(constant.name, constant);
        if (!fresh) {
            findings.push_back({constant.path, constant.line,
                                "error code " + constant.name + " is already in " +
                                    first->second.path + ":" + std::to_string(first->second.line)});
        }
    }
    return findings;
}

Findings untested_error_codes(const SourceTree& tree) {
    Findings findings;
    const std::set<std::string> words = words_of_tests(tree);
    for (const ErrorConstant& constant : constants_of(tree)) {
        if (constant.path.rfind("tools/bench/", 0) == 0) {
            continue;  // benchmarks are no part of the product
        }
        if (words.count(constant.constant) == 0 && words.count(constant.name) == 0) {
            findings.push_back(
                {constant.path, constant.line,
                 "no test mentions " + constant.constant + " (" + constant.name + ")"});
        }
    }
    return findings;
}

Findings stray_domains(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        if (!is_cpp(file.path) || is_test(file.path) || file.path == "crypto/domain.hpp") {
            continue;
        }
        std::size_t number = 0;
        for (const std::string& line : lines_of(without_comments(file.text))) {
            ++number;
            if (line.find("\"entrepot/1/") != std::string::npos) {
                findings.push_back(
                    {file.path, number, "a domain outside its table in crypto/domain.hpp"});
            }
        }
    }
    return findings;
}

}  // namespace entrepot::style
