#include <algorithm>
#include <array>
#include <cctype>

#include "tests/style/declaration.hpp"
#include "tests/style/rules.hpp"

namespace entrepot::style {
namespace {

struct Ban {
    std::string_view word;
    std::string_view instead;
};

constexpr std::string_view says_nothing = "says nothing: name the thing";
constexpr std::array bans{
    Ban{"manager", says_nothing},
    Ban{"managers", says_nothing},
    Ban{"helper", says_nothing},
    Ban{"helpers", says_nothing},
    Ban{"util", says_nothing},
    Ban{"utils", says_nothing},
    Ban{"utility", says_nothing},
    Ban{"utilities", says_nothing},
    Ban{"impl", says_nothing},
    Ban{"data", says_nothing},
    Ban{"info", says_nothing},
    Ban{"common", says_nothing},
    Ban{"misc", says_nothing},
    Ban{"delete", "means two things here: tombstone or erase"},
    Ban{"deleted", "means two things here: tombstone or erase"},
    Ban{"user", "is an officer here"},
    Ban{"users", "is an officer here"},
};

/// Names that libraries chose, which we only repeat in forward declarations.
bool is_of_a_library(std::string_view name) {
    constexpr std::array<std::string_view, 6> prefixes{"MDB_", "MHD_", "ZSTD_",
                                                       "CURL", "zmq_", "LLVM"};
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// The words of PeerManager, peer_manager and peer-manager, in small letters.
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words(1);
    for (std::size_t at = 0; at < name.size(); ++at) {
        const auto c = static_cast<unsigned char>(name[at]);
        const bool after_small =
            at > 0 && std::islower(static_cast<unsigned char>(name[at - 1])) != 0;
        if (std::isalnum(c) == 0) {
            words.emplace_back();
            continue;
        }
        if (std::isupper(c) != 0 && after_small) {
            words.emplace_back();
        }
        words.back() += static_cast<char>(std::tolower(c));
    }
    return words;
}

/// Why the name is not allowed, or nothing.
std::string fault_of(std::string_view name) {
    for (const std::string& word : words_of(name)) {
        for (const Ban& ban : bans) {
            if (word == ban.word) {
                return "'" + word + "' in " + std::string(name) + ' ' + std::string(ban.instead);
            }
        }
    }
    if (name == "version" || name == "Version") {
        return "bare '" + std::string(name) + "': say of what";
    }
    return {};
}

void check_declarations(const SourceFile& file, Findings& findings) {
    for (const Declaration& declared : declarations_in(file.text)) {
        // data() is what the standard calls the first byte of a container.
        const bool standard = declared.kind == DeclarationKind::function && declared.name == "data";
        const std::string fault = fault_of(declared.name);
        if (!fault.empty() && !standard && !is_of_a_library(declared.name)) {
            findings.push_back({file.path, declared.first_line, fault});
        }
    }
}

}  // namespace

Findings banned_names(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        if (!is_code(file.path)) {
            continue;
        }
        const std::string fault = fault_of(stem_of(file.path));
        if (!fault.empty()) {
            findings.push_back({file.path, 0, fault});
        }
        if (is_cpp(file.path)) {
            check_declarations(file, findings);
        }
    }
    for (const std::string& folder : tree.folders) {
        const std::string fault = fault_of(stem_of(folder));
        if (!fault.empty()) {
            findings.push_back({folder, 0, fault});
        }
    }
    return findings;
}

}  // namespace entrepot::style
