// Console: where a command reads and writes: results on `out`, messages on `err`. With --json the
// results are JSON, one object a line, and messages stay on `err`. Text of people and machines
// elsewhere is passed through printable() here, so that no command can forget it.
#pragma once

#include <iostream>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "tools/commands/line/failure.hpp"

namespace entrepot::tools {

struct ConsoleStreams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool in_is_terminal = false;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    std::size_t columns = 100;  ///< of the terminal
};

class Console {
public:
    explicit Console(const ConsoleStreams& streams) : streams_(streams) {}

    bool json() const { return json_; }
    void set_json(bool json) { json_ = json; }
    bool err_is_terminal() const { return streams_.err_is_terminal; }
    std::size_t columns() const { return streams_.columns; }
    std::istream& in() { return streams_.in; }

    /// One line of a result.
    void line(std::string_view text);
    /// One JSON object of a result, on one line; on a terminal in ASCII.
    void object(const nlohmann::json& value);
    /// Bytes as they are, for files meant to be redirected; never to a terminal: spelled there.
    void raw(std::string_view bytes);
    /// One line for the person who looks on: on `err`.
    void note(std::string_view text);
    /// Text without a line feed, on `err` of a terminal only: progress.
    void progress(std::string_view text);
    /// The one line of an error, and with --json the object {"error": {"code", "message"}} on
    /// `out`.
    void error(const Failure& failure);
    /// Asks for y or n; usage.wrong when nobody can be asked.
    Outcome<bool> ask(std::string_view question);
    /// Whether everything written so far arrived; false when `out` is a closed pipe or a full disk.
    bool flush();

private:
    ConsoleStreams streams_;
    bool json_ = false;
};

}  // namespace entrepot::tools
