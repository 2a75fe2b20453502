#include "tools/commands/terminal/console.hpp"

#include <nlohmann/json.hpp>

#include "tools/commands/terminal/printable.hpp"

namespace entrepot::tools {

void Console::line(std::string_view text) {
    streams_.out << printable(text) << '\n';
}

void Console::object(const nlohmann::json& value) {
    const bool ascii = streams_.out_is_terminal;
    streams_.out << value.dump(-1, ' ', ascii, nlohmann::json::error_handler_t::replace) << '\n';
}

void Console::raw(std::string_view bytes) {
    if (!streams_.out_is_terminal) {
        streams_.out << bytes;
        return;
    }
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        line(bytes.substr(0, end));
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
}

void Console::note(std::string_view text) {
    streams_.err << printable(text) << std::endl;
}

void Console::progress(std::string_view text) {
    if (streams_.err_is_terminal) {
        streams_.err << text << std::flush;
    }
}

void Console::error(const Failure& failure) {
    std::string one_line;
    for (const char c : failure.message) {
        one_line += c == '\n' ? std::string("; ") : std::string(1, c);
    }
    note("entrepot: " + failure.code + ": " + one_line);
    if (json_) {
        object({{"error", {{"code", failure.code}, {"message", failure.message}}}});
    }
}

Outcome<bool> Console::ask(std::string_view question) {
    if (!streams_.in_is_terminal || !streams_.err_is_terminal) {
        return Error{usage_wrong, "there is nobody to ask: " + std::string(question)};
    }
    streams_.err << printable(question) << " [y/N] " << std::flush;
    std::string answer;
    std::getline(streams_.in, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

bool Console::flush() {
    streams_.out.flush();
    return streams_.out.good();
}

}  // namespace entrepot::tools
