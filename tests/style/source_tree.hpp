// The sources as the style rules see them: paths from the root and text, nothing compiled.
// Build folders, dot-folders and node_modules are not part of it.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace entrepot::style {

/// One file: its path from the root with forward slashes, and its bytes.
struct SourceFile {
    std::string path;
    std::string text;
};

/// All files, and the names in the root that a reader sees first.
struct SourceTree {
    std::vector<SourceFile> files;
    std::set<std::string> folders;
    std::set<std::string> top_level;

    const SourceFile* find(std::string_view path) const;
    bool holds(std::string_view path) const;
};

/// A broken rule and its place; line 0 stands for the file or folder as a whole.
struct Finding {
    std::string path;
    std::size_t line = 0;
    std::string message;

    friend bool operator==(const Finding&, const Finding&) = default;
};
using Findings = std::vector<Finding>;

std::ostream& operator<<(std::ostream& out, const Finding& finding);
/// One finding a line, ready for a failing assertion.
std::string listed(const Findings& findings);

/// Reads every regular file under `root`; links are not followed.
SourceTree read_tree(const std::filesystem::path& root);
/// A tree in memory: what the tests of the rules are made of.
SourceTree tree_of(std::vector<SourceFile> files);

std::vector<std::string> lines_of(std::string_view text);
/// Everything before the last slash, without it; empty for a file of the root.
std::string folder_of(std::string_view path);
/// The name without folder and extension.
std::string stem_of(std::string_view path);
bool is_cpp(std::string_view path);
bool is_header(std::string_view path);
/// C++, TypeScript and Svelte: what the limits on files and folders count.
bool is_code(std::string_view path);
bool is_test(std::string_view path);

}  // namespace entrepot::style
