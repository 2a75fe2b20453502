#include "tools/commands/line/command.hpp"

namespace entrepot::tools {

std::string Option::key() const {
    if (is_positional()) {
        return names;
    }
    const auto comma = names.rfind(',');
    const std::string longest = comma == std::string::npos ? names : names.substr(comma + 1);
    return longest.substr(longest.find_first_not_of('-'));
}

const std::vector<Option>& options_of_all() {
    static const std::vector<Option> options{
        {"--node", "DIR", "the node's directory (or ENTREPOT_NODE)"},
        {"--json", "", "one JSON object, or one a line, on standard output"},
        {"--officer", "NAME", "who signs in"},
        {"--passphrase-file", "FILE",
         "passphrase in the first line of a file; else it is asked for"},
        {"--service-key", "FILE",
         "key file in place of a passphrase (or ENTREPOT_SERVICE_KEY), for unattended nodes"},
    };
    return options;
}

}  // namespace entrepot::tools
