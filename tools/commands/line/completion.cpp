#include "tools/commands/line/completion.hpp"

#include <map>
#include <set>

namespace entrepot::tools {
namespace {

using Words = std::map<std::string, std::set<std::string>>;

/// "-o,--output" adds both.
void add_names(const Option& option, std::set<std::string>& words) {
    if (option.is_positional()) {
        return;
    }
    std::size_t start = 0;
    for (auto comma = option.names.find(','); comma != std::string::npos;
         comma = option.names.find(',', start)) {
        words.insert(option.names.substr(start, comma - start));
        start = comma + 1;
    }
    words.insert(option.names.substr(start));
}

/// What may follow each path of commands.
Words words_after(const CommandTable& table) {
    Words out;
    for (const Command& command : table) {
        if (command.hidden) {
            continue;
        }
        std::string path;
        std::size_t start = 0;
        while (start <= command.path.size()) {
            const auto end = std::min(command.path.find(' ', start), command.path.size());
            const auto word = command.path.substr(start, end - start);
            out[path].insert(word);
            path += (path.empty() ? "" : " ") + word;
            start = end + 1;
        }
        for (const Option& option : command.options) {
            add_names(option, out[path]);
        }
        for (const Option& option : options_of_all()) {
            add_names(option, out[path]);
        }
    }
    return out;
}

}  // namespace

std::string bash_completion(const CommandTable& table) {
    std::string out =
        "_entrepot() {\n"
        "    local word path=\"\" words current=${COMP_WORDS[COMP_CWORD]}\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        [[ $word == -* ]] && continue\n"
        "        case \"$path${path:+ }$word\" in\n"
        "            ";
    const Words words = words_after(table);
    std::string separator;
    for (const auto& [path, after] : words) {
        if (!path.empty()) {
            out += separator + "\"" + path + "\"";
            separator = "|";
        }
    }
    out += ") path=\"$path${path:+ }$word\" ;;\n        esac\n    done\n    case \"$path\" in\n";
    for (const auto& [path, after] : words) {
        out += "        \"" + path + "\") words=\"";
        for (const std::string& word : after) {
            out += (&word == &*after.begin() ? "" : " ") + word;
        }
        out += "\" ;;\n";
    }
    return out +
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
           "}\n"
           "complete -o default -F _entrepot entrepot\n";
}

Command completion_command(const CommandTable& table) {
    const std::string script = bash_completion(table);
    return {"completion bash",
            "print a script that completes commands: source <(entrepot completion bash)",
            {},
            [script](const Invocation& invocation) -> Outcome<int> {
                invocation.console.raw(script);
                return 0;
            }};
}

}  // namespace entrepot::tools
