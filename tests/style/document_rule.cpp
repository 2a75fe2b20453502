#include <cctype>
#include <filesystem>
#include <regex>

#include "tests/style/rules.hpp"

namespace entrepot::style {
namespace {

struct Link {
    std::size_t line;
    std::string target;
};

/// Calls `visit(number, line)` for what stands outside fenced code.
template <class Visit>
void for_each_line_of_prose(const SourceFile& file, Visit visit) {
    bool fenced = false;
    std::size_t number = 0;
    for (const std::string& line : lines_of(file.text)) {
        ++number;
        if (line.starts_with("```") || line.starts_with("~~~")) {
            fenced = !fenced;
        } else if (!fenced) {
            visit(number, line);
        }
    }
}

std::vector<Link> links_of(const SourceFile& file) {
    static const std::regex link(R"(\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\))");
    std::vector<Link> links;
    for_each_line_of_prose(file, [&](std::size_t number, const std::string& line) {
        for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
            links.push_back({number, (*at)[1].str()});
        }
    });
    return links;
}

/// The anchor that a heading gets: small letters, digits, hyphens for spaces.
std::string anchor_of(std::string_view heading) {
    std::string anchor;
    for (const char c : heading) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
            anchor += static_cast<char>(std::tolower(byte));
        } else if (c == ' ') {
            anchor += '-';
        }
    }
    return anchor;
}

bool has_heading(const SourceFile& file, const std::string& anchor) {
    bool found = false;
    for_each_line_of_prose(file, [&](std::size_t, const std::string& line) {
        const std::size_t first = line.find_first_not_of('#');
        if (first != 0 && first != std::string::npos && line[first] == ' ') {
            found = found || anchor_of(std::string_view(line).substr(first + 1)) == anchor;
        }
    });
    return found;
}

bool leads_outside(const std::string& target) {
    static const std::regex scheme("^[a-z][a-z0-9+.-]*:");
    return std::regex_search(target, scheme);
}

void check_link(const SourceTree& tree, const SourceFile& file, const Link& link,
                Findings& findings) {
    const std::size_t hash = link.target.find('#');
    const std::string path = link.target.substr(0, hash);
    std::string there = file.path;
    if (!path.empty()) {
        there = (std::filesystem::path(folder_of(file.path)) / path).lexically_normal();
        if (there.ends_with('/')) {
            there.pop_back();
        }
        if (there != "." && !tree.holds(there)) {
            findings.push_back({file.path, link.line, "dead link to " + link.target});
            return;
        }
    }
    const SourceFile* document = tree.find(there);
    if (hash != std::string::npos && document != nullptr && there.ends_with(".md") &&
        !has_heading(*document, link.target.substr(hash + 1))) {
        findings.push_back({file.path, link.line, "no heading for the link to " + link.target});
    }
}

}  // namespace

Findings dead_links(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        if (!file.path.ends_with(".md")) {
            continue;
        }
        for (const Link& link : links_of(file)) {
            if (!leads_outside(link.target)) {
                check_link(tree, file, link, findings);
            }
        }
    }
    return findings;
}

}  // namespace entrepot::style
