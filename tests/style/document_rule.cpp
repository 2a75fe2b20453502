#include <cctype>
#include <filesystem>
#include <regex>
#include <set>

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

struct Case {
    std::size_t line;
    std::size_t number;
    std::vector<std::string> codes;
    std::string test;
};

std::vector<Case> cases_of(const SourceFile& page) {
    static const std::regex row(R"(^\|\s*(\d+)\s*\|.*\|([^|]*)\|\s*`(\w+\.\w+)`\s*\|$)");
    static const std::regex code(R"(`([a-z0-9_.]+)`)");
    std::vector<Case> out;
    for_each_line_of_prose(page, [&](std::size_t line, const std::string& text) {
        std::smatch found;
        if (!std::regex_match(text, found, row)) {
            return;
        }
        Case one{line, std::stoul(found[1].str()), {}, found[3].str()};
        const std::string codes = found[2].str();
        for (std::sregex_iterator at(codes.begin(), codes.end(), code), end; at != end; ++at) {
            one.codes.push_back((*at)[1].str());
        }
        out.push_back(std::move(one));
    });
    return out;
}

/// Suite.Name of every test, and every "quoted" word of the product.
struct Evidence {
    std::set<std::string> tests;
    std::set<std::string> quoted;
};

Evidence evidence_of(const SourceTree& tree) {
    static const std::regex test(
        R"((?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+),\s*(\w+))");
    static const std::regex word(R"re("([a-z0-9_]+\.[a-z0-9_.]+)")re");
    Evidence out;
    for (const SourceFile& file : tree.files) {
        const bool is_test_file = file.path.starts_with("tests/");
        if (!file.path.ends_with("pp")) {
            continue;
        }
        const auto& wanted = is_test_file ? test : word;
        for (std::sregex_iterator at(file.text.begin(), file.text.end(), wanted), end; at != end;
             ++at) {
            is_test_file ? out.tests.insert((*at)[1].str() + "." + (*at)[2].str())
                         : out.quoted.insert((*at)[1].str());
        }
    }
    return out;
}

}  // namespace

Findings unproven_cases(const SourceTree& tree) {
    const std::string path = "crypto/SECURITY.md";
    const SourceFile* page = tree.find(path);
    if (page == nullptr) {
        return {{path, 0, "the page of negative cases is not there"}};
    }
    const Evidence evidence = evidence_of(tree);
    Findings findings;
    std::size_t number = 0;
    for (const Case& one : cases_of(*page)) {
        if (one.number != ++number) {
            findings.push_back({path, one.line, "case " + std::to_string(number) + " is missing"});
            number = one.number;
        }
        if (evidence.tests.count(one.test) == 0) {
            findings.push_back({path, one.line, "no test is called " + one.test});
        }
        if (one.codes.empty()) {
            findings.push_back({path, one.line, "a case without a code"});
        }
        for (const std::string& code : one.codes) {
            if (evidence.quoted.count(code) == 0) {
                findings.push_back({path, one.line, "no source reports " + code});
            }
        }
    }
    if (number < 100) {
        findings.push_back({path, 0, "fewer than 100 cases"});
    }
    return findings;
}

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
