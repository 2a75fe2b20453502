#include "tests/style/source_tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>

namespace entrepot::style {
namespace {

namespace fs = std::filesystem;

bool is_skipped(const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory()) {
        return false;
    }
    return name == "build" || name == "node_modules" || (name.front() == '.' && name != ".ci");
}

std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void add_folders(SourceTree& tree, std::string_view path) {
    for (std::string folder = folder_of(path); !folder.empty(); folder = folder_of(folder)) {
        tree.folders.insert(folder);
    }
}

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace

const SourceFile* SourceTree::find(std::string_view path) const {
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const SourceFile& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

bool SourceTree::holds(std::string_view path) const {
    return path.empty() || folders.count(std::string(path)) > 0 || find(path) != nullptr;
}

std::ostream& operator<<(std::ostream& out, const Finding& finding) {
    return out << finding.path << ':' << finding.line << ": " << finding.message;
}

std::string listed(const Findings& findings) {
    std::ostringstream out;
    for (const Finding& finding : findings) {
        out << "\n  " << finding;
    }
    return out.str();
}

SourceTree read_tree(const fs::path& root) {
    SourceTree tree;
    fs::recursive_directory_iterator entry(root);
    for (; entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string path = entry->path().lexically_relative(root).generic_string();
        if (is_skipped(*entry)) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file() && !entry->is_symlink()) {
            tree.files.push_back({path, bytes_of(entry->path())});
            add_folders(tree, path);
            tree.top_level.insert(path.substr(0, path.find('/')));
        }
    }
    std::sort(tree.files.begin(), tree.files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return tree;
}

SourceTree tree_of(std::vector<SourceFile> files) {
    SourceTree tree;
    tree.files = std::move(files);
    for (const SourceFile& file : tree.files) {
        add_folders(tree, file.path);
        tree.top_level.insert(file.path.substr(0, file.path.find('/')));
    }
    return tree;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::string folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string stem_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    return std::string(name.substr(0, name.find('.', 1)));
}

bool is_header(std::string_view path) {
    return ends_with_any(path, {".hpp", ".h"});
}

bool is_cpp(std::string_view path) {
    return is_header(path) || path.ends_with(".cpp");
}

bool is_code(std::string_view path) {
    return is_cpp(path) || ends_with_any(path, {".ts", ".svelte"});
}

bool is_test(std::string_view path) {
    return path.starts_with("tests/");
}

}  // namespace entrepot::style
