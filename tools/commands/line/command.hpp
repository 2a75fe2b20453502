// Command: one command as a table entry: path, options, what it runs. Help, completion and parsing
// all come from these entries; only command_line.cpp knows the library that parses.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/commands/line/arguments.hpp"
#include "tools/commands/terminal/console.hpp"

namespace entrepot::tools {

/// "--map" with a value "MAP", "-o,--output", a flag without a value, or a positional "FILE".
struct Option {
    std::string names;
    std::string value;  ///< what help calls the value; empty for a flag
    std::string help;
    bool required = false;
    bool repeated = false;  ///< may be given several times; a positional takes several words

    bool is_positional() const { return !names.starts_with('-'); }
    /// The name under which Arguments has it: "output" for "-o,--output", "FILE" for "FILE".
    std::string key() const;
};

/// What the process was started with; nothing reads the environment later.
struct Surroundings {
    std::string program;                ///< path of this program
    std::string node;                   ///< ENTREPOT_NODE
    std::string service_key;            ///< ENTREPOT_SERVICE_KEY: a path
    std::string credentials_directory;  ///< CREDENTIALS_DIRECTORY, from systemd
};

struct Invocation {
    const Arguments& arguments;
    Console& console;
    const Surroundings& surroundings;
};

struct Command {
    std::string path;  ///< "administration compartment add"
    std::string help;
    std::vector<Option> options;
    /// Does the work and gives the exit code, 0 only when everything asked for was done.
    std::function<Outcome<int>(const Invocation&)> run;
    bool hidden = false;
};

using CommandTable = std::vector<Command>;

/// Options of every command: --node, --json, --officer, --passphrase-file, --service-key.
const std::vector<Option>& options_of_all();

}  // namespace entrepot::tools
