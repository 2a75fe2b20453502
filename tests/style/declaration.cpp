#include "tests/style/declaration.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "tests/style/code_text.hpp"

namespace entrepot::style {
namespace {

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\n");
    if (first == std::string::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::string last_part(const std::string& name) {
    const std::size_t colons = name.rfind("::");
    return colons == std::string::npos ? name : name.substr(colons + 2);
}

/// `text` without a leading template<…>.
std::string without_template(const std::string& text) {
    if (!text.starts_with("template")) {
        return text;
    }
    int depth = 0;
    for (std::size_t at = text.find('<'); at < text.size(); ++at) {
        depth += text[at] == '<' ? 1 : text[at] == '>' ? -1 : 0;
        if (depth == 0) {
            return without_template(trimmed(text.substr(at + 1)));
        }
    }
    return text;
}

/// The name of the function that `head` declares, or nothing.
std::string function_name(const std::string& head) {
    static const std::regex call(R"(([A-Za-z_~][\w:~]*)\s*\()");
    static const std::set<std::string> no_names{"alignas",  "decltype", "explicit",
                                                "requires", "noexcept", "static_assert",
                                                "void",     "int",      "bool"};
    static const std::set<std::string> no_functions{"using", "typedef", "static_assert", "return"};
    const std::string first = head.substr(0, head.find_first_of(" ("));
    if (no_functions.count(first) > 0) {
        return {};
    }
    for (std::sregex_iterator at(head.begin(), head.end(), call), end; at != end; ++at) {
        const std::string before = head.substr(0, static_cast<std::size_t>(at->position()));
        const auto opened = std::count(before.begin(), before.end(), '<');
        const auto closed = std::count(before.begin(), before.end(), '>');
        if (before.find('=') != std::string::npos) {
            return {};
        }
        if (opened == closed && no_names.count((*at)[1].str()) == 0) {
            return last_part((*at)[1].str());
        }
    }
    return {};
}

enum class ScopeKind { open, body, initialiser };

struct Scope {
    ScopeKind kind;
    Declaration declared;
    std::string head;
    std::size_t head_line;
    int parentheses;
};

/// Walks over code without comments, literals and directives.
class Scanner {
public:
    explicit Scanner(std::string code) : code_(std::move(code)) {}

    std::vector<Declaration> run() {
        for (const char c : code_) {
            if (c == '\n') {
                ++line_;
            }
            if (inside_body()) {
                step_in_body(c);
            } else {
                step(c);
            }
        }
        return std::move(found_);
    }

private:
    bool inside_body() const { return !scopes_.empty() && scopes_.back().kind != ScopeKind::open; }

    void step_in_body(char c) {
        depth_ += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth_ == 0) {
            close();
        }
    }

    void step(char c) {
        if (c == '{') {
            open();
        } else if (c == '}') {
            close();
        } else if (c == ';' && parentheses_ == 0) {
            end_declaration();
        } else {
            parentheses_ += c == '(' ? 1 : c == ')' ? -1 : 0;
            extend_head(c);
        }
    }

    void extend_head(char c) {
        const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (head_.empty() && blank) {
            return;
        }
        if (head_.empty()) {
            head_line_ = line_;
        }
        head_ += blank ? ' ' : c;
        static const std::set<std::string> labels{"public:", "private:", "protected:"};
        if (labels.count(head_) > 0) {
            head_.clear();
        }
    }

    /// A forward declaration or a function without a body.
    void end_declaration() {
        const std::string head = without_template(trimmed(head_));
        if (!add_type(head)) {
            const std::string name = function_name(head);
            if (!name.empty()) {
                found_.push_back({DeclarationKind::function, name, head_line_, head_line_});
            }
        }
        head_.clear();
        parentheses_ = 0;
    }

    bool add_type(const std::string& head) {
        static const std::regex type(
            R"(^(?:typedef )?(class|struct|union|enum(?: class| struct)?|using|)"
            R"((?:inline )?namespace))"
            R"( +(?:\[\[[^\]]*\]\] *|alignas\([^)]*\) *)*([A-Za-z_][\w:]*))");
        std::smatch match;
        if (!std::regex_search(head, match, type)) {
            return false;
        }
        const std::string word = match[1].str();
        if (word == "using" && head.find('=') == std::string::npos) {
            return true;
        }
        const bool space = word.ends_with("namespace");
        // `struct stat read(…)` is a function: the name of a type has no parenthesis after it.
        if (!space && word != "using" && match.suffix().str().find('(') != std::string::npos &&
            match.suffix().str().find(':') == std::string::npos) {
            return false;
        }
        found_.push_back({space ? DeclarationKind::space : DeclarationKind::type,
                          space ? match[2].str() : last_part(match[2].str()), head_line_,
                          head_line_});
        return true;
    }

    /// The brace of `: member_{…}` in front of a constructor's body.
    static bool is_member_initialiser(const std::string& head) {
        static const std::regex list(R"(\)\s*(noexcept(\([^)]*\))?\s*)?:[^:])");
        const char last = head.empty() ? ' ' : head.back();
        return (std::isalnum(static_cast<unsigned char>(last)) || last == '_' || last == '>') &&
               std::regex_search(head, list);
    }

    void open() {
        const std::string head = without_template(trimmed(head_));
        Scope scope{ScopeKind::initialiser, {}, head_, head_line_, parentheses_};
        if (parentheses_ == 0 && (head.empty() || head.starts_with("extern "))) {
            scope.kind = head.find('(') == std::string::npos ? ScopeKind::open : ScopeKind::body;
        } else if (parentheses_ == 0 && !head.ends_with('=') && !is_member_initialiser(head)) {
            if (head.starts_with("namespace") || head.starts_with("inline namespace")) {
                scope.kind = ScopeKind::open;
                add_type(head);
            } else if (add_type(head)) {
                scope.kind = head.starts_with("enum") ? ScopeKind::initialiser : ScopeKind::open;
            } else if (head.find('(') != std::string::npos) {
                scope.kind = ScopeKind::body;
            }
        }
        scope.declared = {DeclarationKind::function, function_name(head), head_line_, line_};
        scopes_.push_back(scope);
        depth_ = 1;
        head_.clear();
        parentheses_ = 0;
    }

    void close() {
        head_.clear();
        parentheses_ = 0;
        if (scopes_.empty()) {
            return;
        }
        Scope scope = std::move(scopes_.back());
        scopes_.pop_back();
        if (scope.kind == ScopeKind::body) {
            scope.declared.last_line = line_;
            found_.push_back(scope.declared);
        } else if (scope.kind == ScopeKind::initialiser && !scope.head.starts_with("enum")) {
            head_ = scope.head + "{}";
            head_line_ = scope.head_line;
            parentheses_ = scope.parentheses;
        }
    }

    std::string code_;
    std::vector<Declaration> found_;
    std::vector<Scope> scopes_;
    std::string head_;
    std::size_t head_line_ = 1;
    std::size_t line_ = 1;
    int parentheses_ = 0;
    int depth_ = 0;
};

}  // namespace

std::vector<Declaration> declarations_in(std::string_view text) {
    return Scanner(without_directives(text)).run();
}

}  // namespace entrepot::style
