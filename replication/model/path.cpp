#include "replication/model/path.hpp"

#include <algorithm>
#include <array>

namespace entrepot::replication {
namespace {

constexpr std::size_t part_limit = 48;
constexpr std::size_t part_count_limit = 3;

constexpr std::array<bool, 256> make_letters() {
    std::array<bool, 256> out{};
    for (unsigned char c = 'a'; c <= 'z'; ++c) {
        out[c] = true;
    }
    for (unsigned char c = '0'; c <= '9'; ++c) {
        out[c] = true;
    }
    out['_'] = true;
    return out;
}
constexpr std::array<bool, 256> letters = make_letters();

Error refused(std::string_view path, const char* why) {
    return {path_malformed, "path '" + std::string(path.substr(0, path_limit)) + "': " + why};
}

}  // namespace

Status check_path(std::string_view path) {
    if (path.size() > path_limit) {
        return refused(path, "longer than 96 bytes");
    }
    std::size_t parts = path.empty() ? 0 : 1;
    std::size_t length = 0;
    for (const char c : path) {
        if (letters[static_cast<unsigned char>(c)]) {
            if (++length > part_limit) {
                return refused(path, "a part is longer than 48 bytes");
            }
        } else if (c == '/' && length > 0 && parts < part_count_limit) {
            ++parts;
            length = 0;
        } else {
            return refused(path, "wants one to three parts of a-z 0-9 _ separated by '/'");
        }
    }
    if (parts > 0 && length == 0) {
        return refused(path, "ends with '/'");
    }
    return {};
}

std::string_view item_of(std::string_view path) {
    const std::size_t first = path.find('/');
    if (first == std::string_view::npos) {
        return {};
    }
    return path.substr(0, path.find('/', first + 1));
}

bool holds_liveness(std::string_view path) {
    return path.empty() || std::count(path.begin(), path.end(), '/') == 1;
}

std::string new_item_id(crypto::Entropy& entropy) {
    std::array<std::uint8_t, 8> random{};
    entropy.fill(random);
    return to_base32(random);
}

}  // namespace entrepot::replication
