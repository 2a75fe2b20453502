#include "node/databases/text/time_text.hpp"

#include <ctime>

namespace entrepot::node {

std::string utc_text(WallTime time) {
    const std::time_t seconds = static_cast<std::time_t>(time.ms / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string ms = std::to_string(1000 + time.ms % 1000).substr(1);
    return std::string(text, size) + "." + ms + "Z";
}

}  // namespace entrepot::node
