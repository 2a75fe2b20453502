#include <map>

#include "tests/style/declaration.hpp"
#include "tests/style/rules.hpp"

namespace entrepot::style {
namespace {

constexpr std::size_t most_lines = 400;
constexpr std::size_t most_lines_of_a_test = 600;
constexpr std::size_t most_lines_of_a_function = 60;
constexpr std::size_t most_files = 25;

std::string past_limit(std::size_t count, const std::string& what, std::size_t limit) {
    return std::to_string(count) + " " + what + ", at most " + std::to_string(limit);
}

void check_functions(const SourceFile& file, Findings& findings) {
    for (const Declaration& declared : declarations_in(file.text)) {
        if (declared.length() > most_lines_of_a_function) {
            findings.push_back(
                {file.path, declared.first_line,
                 declared.name +
                     "(): " + past_limit(declared.length(), "lines", most_lines_of_a_function)});
        }
    }
}

}  // namespace

Findings oversized(const SourceTree& tree) {
    Findings findings;
    std::map<std::string, std::size_t> files;
    for (const SourceFile& file : tree.files) {
        if (!is_code(file.path)) {
            continue;
        }
        ++files[folder_of(file.path)];
        const std::size_t limit = is_test(file.path) ? most_lines_of_a_test : most_lines;
        const std::size_t lines = lines_of(file.text).size();
        if (lines > limit) {
            findings.push_back({file.path, lines, past_limit(lines, "lines", limit)});
        }
        if (is_cpp(file.path)) {
            check_functions(file, findings);
        }
    }
    for (const auto& [folder, count] : files) {
        if (count > most_files) {
            findings.push_back({folder, 0, past_limit(count, "files", most_files)});
        }
    }
    return findings;
}

}  // namespace entrepot::style
