#include "node/databases/json_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

namespace entrepot::node {

namespace {

/// What the library says after "last read: …; " and without its number, for people.
std::string reason_of(const std::string& message) {
    const std::size_t start = message.find("syntax error");
    return start == std::string::npos ? message : message.substr(start);
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, std::string_view where, ErrorCode code) {
    try {
        return nlohmann::json::parse(text.begin(), text.end());
    } catch (const nlohmann::json::parse_error& error) {
        const std::string_view read = text.substr(0, error.byte > 0 ? error.byte - 1 : 0);
        const auto line = 1 + std::count(read.begin(), read.end(), '\n');
        const std::size_t column = read.size() - (read.rfind('\n') + 1) + 1;
        return Error{code, std::string(where) + ": line " + std::to_string(line) + ", column " +
                               std::to_string(column) + ": " + reason_of(error.what())};
    } catch (const nlohmann::json::exception& error) {
        return Error{code, std::string(where) + ": " + error.what()};
    }
}

std::string text_member(const nlohmann::json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<std::string> read_text_file(const std::string& path, ErrorCode code) {
    constexpr std::size_t limit = 64 * 1024 * 1024;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file) {
        return Error{code, path + ": " + std::strerror(errno)};
    }
    std::string out;
    std::string block(64 * 1024, '\0');
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
        out.append(block, 0, count);
        if (out.size() > limit) {
            return Error{code, path + ": longer than 64 MiB"};
        }
    }
    if (std::ferror(file.get()) != 0) {
        return Error{code, path + ": " + std::strerror(errno)};
    }
    return out;
}

}  // namespace entrepot::node
