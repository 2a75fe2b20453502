// Command line: words in, one command with its arguments out, or the text that says why not.
#pragma once

#include <variant>

#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

struct Chosen {
    const Command* command = nullptr;
    Arguments arguments;
};

/// Help that was asked for.
struct HelpText {
    std::string text;
};

/// `words` without the program's name. usage.wrong names what was not understood, in one line.
std::variant<Chosen, HelpText, Error> parse_command_line(const CommandTable& table,
                                                         const std::vector<std::string>& words);

}  // namespace entrepot::tools
