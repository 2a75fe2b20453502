#include "tools/commands/line/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>

namespace entrepot::tools {
namespace {

constexpr const char* about =
    "Entrepot keeps customs enforcement records under seal and carries them between units and "
    "headquarters.";
constexpr const char* endings =
    "Every command ends with 0 when it did what it was asked, else with\n"
    "  2  the input or the command line is wrong    6  conflict: what was shown is not there now\n"
    "  3  a check refused bytes from elsewhere      7  a node, peer or port is not available\n"
    "  4  denied, or the node is locked             8  disk or database\n"
    "  5  not found\n"
    "and one line 'entrepot: CODE: what, where, what to do' on standard error. Passphrases are\n"
    "asked for, or come from --passphrase-file or the systemd credential entrepot.passphrase;\n"
    "never from the command line. '-' reads a file, query, value or id from standard input.";

constexpr const char* more =
    "Options of every command and what the exit codes mean: entrepot --help";

std::string group_help(const std::string& group) {
    static const std::map<std::string, std::string> helps{
        {"administration", "root keys, enrolment, compartments and rights"},
        {"administration auditor", "the key that audits are sealed to"},
        {"administration compartment", "compartments that units share"},
        {"administration roots", "root keys: which are in force, and their change"},
        {"audit", "who saw, changed or released what: read it, and check that none is missing"},
        {"bundle", "carry commits as a file, where no network goes"},
        {"completion", "completion of commands in a shell"},
        {"node", "make, join, run and stop a node"},
        {"officer", "accounts, roles and passphrases of a node's officers"},
        {"partner", "what is shared with another administration"},
        {"release", "give a record to another administration, by what may be given, and recall it"},
        {"retention", "records whose time is over, and legal holds"},
        {"roster", "the administration's signed list of nodes and rights"}};
    const auto found = helps.find(group);
    return found == helps.end() ? "" : found->second;
}

/// The parser with what it filled; entries of one command live as long as this.
struct Parser {
    CLI::App app{about, "entrepot"};
    std::map<std::string, CLI::App*> groups;  ///< by path: "administration compartment"
    std::map<const CLI::App*, const Command*> command_of;
    std::map<const CLI::App*, Arguments::Values> values_of;
    std::map<const CLI::App*, std::vector<std::pair<std::string, CLI::Option*>>> options_of;
};

void add_option(Parser& parser, CLI::App& app, const Option& option) {
    const std::string key = option.key();
    CLI::Option* added = nullptr;
    if (!option.is_positional() && option.value.empty()) {
        added = app.add_flag(option.names, option.help);
    } else {
        auto& values = parser.values_of[&app][key];
        added = app.add_option(option.names, values, option.help);
        added->allow_extra_args(option.is_positional() && option.repeated);
        added->type_name(option.is_positional() ? "" : option.value);
        if (!option.repeated) {
            added->expected(1);
        }
    }
    added->required(option.required);
    parser.options_of[&app].emplace_back(key, added);
}

/// The group that a path's last word belongs to, made with those above it when it is new.
CLI::App& group_of(Parser& parser, const std::string& path) {
    const auto space = path.rfind(' ');
    if (space == std::string::npos) {
        return parser.app;
    }
    const std::string group = path.substr(0, space);
    CLI::App*& known = parser.groups[group];
    if (known == nullptr) {
        CLI::App& above = group_of(parser, group);
        known = above.add_subcommand(group.substr(group.rfind(' ') + 1), group_help(group));
        known->require_subcommand(1);
        known->footer(more);
    }
    return *known;
}

void add_command(Parser& parser, const Command& command) {
    CLI::App& group = group_of(parser, command.path);
    const std::string name = command.path.substr(command.path.rfind(' ') + 1);
    CLI::App* app = group.add_subcommand(name, command.help);
    if (command.hidden) {
        app->group("");
    }
    app->footer(more);
    parser.command_of[app] = &command;
    for (const Option& option : command.options) {
        add_option(parser, *app, option);
    }
}

void add_all(Parser& parser, const CommandTable& table) {
    parser.app.fallthrough();
    parser.app.require_subcommand(1);
    parser.app.footer(endings);
    parser.app.get_formatter()->column_width(36);
    for (const Option& option : options_of_all()) {
        add_option(parser, parser.app, option);
    }
    for (const Command& command : table) {
        add_command(parser, command);
    }
}

void collect(const Parser& parser, const CLI::App* app, Arguments::Values& out) {
    const auto options = parser.options_of.find(app);
    if (options == parser.options_of.end()) {
        return;
    }
    for (const auto& [key, option] : options->second) {
        if (option->count() > 0) {
            const auto values = parser.values_of.find(app);
            const bool flag = values == parser.values_of.end() || values->second.count(key) == 0;
            out[key] = flag ? std::vector<std::string>{""} : values->second.at(key);
        }
    }
}

Chosen chosen(const Parser& parser) {
    const CLI::App* app = &parser.app;
    Arguments::Values values;
    collect(parser, app, values);
    while (!app->get_subcommands().empty()) {
        app = app->get_subcommands().front();
        collect(parser, app, values);
    }
    return {parser.command_of.at(app), Arguments(std::move(values))};
}

/// The innermost command that was named: whose help is wanted.
const CLI::App* innermost(const CLI::App* app) {
    while (!app->get_subcommands().empty()) {
        app = app->get_subcommands().front();
    }
    return app;
}

std::string path_of(const CLI::App* app) {
    std::string path;
    for (const CLI::App* at = app; at != nullptr; at = at->get_parent()) {
        path = at->get_name() + (path.empty() ? "" : " ") + path;
    }
    return path;
}

std::string help_of(const CLI::App* app) {
    const std::string path = path_of(app);
    const auto space = path.rfind(' ');
    return app->help(space == std::string::npos ? "" : path.substr(0, space));
}

/// What was not understood comes first: that something else is missing may follow from it.
Error wrong(const CLI::ParseError& error, const CLI::App& root) {
    const CLI::App* app = innermost(&root);
    const auto strange = root.remaining(true);
    std::string what = error.what();
    if (!strange.empty()) {
        what = (strange.front().starts_with('-') ? "no option '" : "no command or place for '") +
               strange.front() + "' here";
    }
    std::replace(what.begin(), what.end(), '\n', ' ');
    return {usage_wrong, what + "; '" + path_of(app) + " --help' shows what there is"};
}

}  // namespace

std::variant<Chosen, HelpText, Error> parse_command_line(const CommandTable& table,
                                                         const std::vector<std::string>& words) {
    Parser parser;
    try {
        add_all(parser, table);
        parser.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
        return chosen(parser);
    } catch (const CLI::CallForHelp&) {
        return HelpText{help_of(innermost(&parser.app))};
    } catch (const CLI::CallForAllHelp&) {
        return HelpText{help_of(innermost(&parser.app))};
    } catch (const CLI::ParseError& error) {
        return wrong(error, parser.app);
    } catch (const CLI::Error& error) {
        return Error{usage_wrong, error.what()};
    }
}

}  // namespace entrepot::tools
