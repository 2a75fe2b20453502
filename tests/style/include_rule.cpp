#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <regex>

#include "tests/style/code_text.hpp"
#include "tests/style/rules.hpp"

namespace entrepot::style {
namespace {

struct Include {
    std::size_t line;
    std::string path;
    bool quoted;
};

struct Home {
    std::string_view header;  // a prefix of what stands between the brackets
    std::array<std::string_view, 3> folders;
};

// One home per library. One wanted in two places gets a wrapper in the lower one.
constexpr std::array homes{
    Home{"sodium.h", {"crypto/"}},
    Home{"lmdb.h", {"node/store/"}},
    Home{"zmq", {"replication/transport/"}},
    Home{"cereal/", {"replication/model/"}},
    Home{"zstd", {"replication/model/"}},
    Home{"zdict.h", {"replication/model/"}},
    Home{"microhttpd.h", {"node/api/"}},
    Home{"curl/", {"node/api/"}},
    Home{"nlohmann/", {"node/", "tools/"}},
    Home{"CLI/", {"tools/"}},
    Home{"qrencode.h", {"tools/commands/terminal/"}},
    Home{"toml++/", {"node/", "tools/"}},
    Home{"csv.h", {"node/import/"}},
    Home{"zxcvbn.h", {"node/access/"}},
    Home{"simdjson", {"node/import/"}},
    Home{"spdlog/", {"node/"}},
    Home{"fmt/", {"node/", "tools/"}},
    Home{"benchmark/", {"tools/bench/"}},
    Home{"gtest/", {"tests/"}},
    Home{"gmock/", {"tests/"}},
    Home{"rapidcheck", {"tests/"}},
};

// What the operating system and the C library offer; C++ headers have neither dot nor slash.
constexpr std::array<std::string_view, 45> system_headers{
    "arpa/",          "dirent.h",       "endian.h",      "errno.h",    "fcntl.h",
    "grp.h",          "ifaddrs.h",      "linux/",        "malloc.h",   "net/if.h",
    "netdb.h",        "netinet/",       "poll.h",        "pthread.h",  "pwd.h",
    "sched.h",        "signal.h",       "spawn.h",       "sys/auxv.h", "sys/epoll.h",
    "sys/eventfd.h",  "sys/file.h",     "sys/ioctl.h",   "sys/mman.h", "sys/prctl.h",
    "sys/random.h",   "sys/resource.h", "sys/socket.h",  "sys/stat.h", "sys/statvfs.h",
    "sys/vfs.h",      "sys/syscall.h",  "sys/sysinfo.h", "sys/time.h", "sys/timerfd.h",
    "sys/types.h",    "sys/uio.h",      "sys/un.h",      "sys/wait.h", "sys/inotify.h",
    "sys/signalfd.h", "termios.h",      "time.h",        "unistd.h",   "wordexp.h"};

constexpr std::array<std::string_view, 9> socket_headers{"arpa/",       "ifaddrs.h",    "net/",
                                                         "netdb.h",     "netinet/",     "poll.h",
                                                         "sys/epoll.h", "sys/socket.h", "sys/un.h"};

constexpr std::array<std::string_view, 14> input_output_headers{"condition_variable",
                                                                "ctime",
                                                                "fcntl.h",
                                                                "filesystem",
                                                                "fstream",
                                                                "future",
                                                                "mutex",
                                                                "pthread.h",
                                                                "stop_token",
                                                                "sys/file.h",
                                                                "sys/stat.h",
                                                                "sys/time.h",
                                                                "thread",
                                                                "unistd.h"};

constexpr std::array<std::string_view, 8> input_output_words{
    "system_clock", "steady_clock", "high_resolution_clock", "random_device",
    "fopen",        "getenv",       "gettimeofday",          "clock_gettime"};

template <class Names>
bool starts_with_any(std::string_view text, const Names& names) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return !name.empty() && text.starts_with(name);
    });
}

std::vector<Include> includes_of(const SourceFile& file) {
    static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    std::vector<Include> includes;
    std::size_t number = 0;
    for (const std::string& line : lines_of(without_comments(file.text))) {
        ++number;
        std::smatch match;
        if (line.find("include") != std::string::npos &&
            std::regex_search(line, match, directive)) {
            includes.push_back({number, match[2].str(), match[1].str() == "\""});
        }
    }
    return includes;
}

std::optional<std::size_t> layer_of(std::string_view path) {
    constexpr std::array<std::string_view, 5> layers{"crypto/", "replication/", "node/", "tools/",
                                                     "tests/"};
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        if (path.starts_with(layers[layer])) {
            return layer;
        }
    }
    return std::nullopt;
}

const Home* home_of(std::string_view header) {
    const auto found = std::find_if(homes.begin(), homes.end(), [&](const Home& home) {
        return header.starts_with(home.header);
    });
    return found == homes.end() ? nullptr : &*found;
}

bool is_of_the_system(std::string_view header) {
    return header.find_first_of("./") == std::string_view::npos ||
           starts_with_any(header, system_headers);
}

void check_home(const SourceFile& file, const Include& include, Findings& findings) {
    if (is_of_the_system(include.path)) {
        return;
    }
    const Home* home = home_of(include.path);
    if (home == nullptr) {
        findings.push_back({file.path, include.line,
                            "<" + include.path + "> has no home in the table of tests/style"});
    } else if (!starts_with_any(file.path, home->folders)) {
        findings.push_back(
            {file.path, include.line,
             "<" + include.path + "> outside its home " + std::string(home->folders.front())});
    } else if (include.path == "nlohmann/json.hpp" && is_header(file.path)) {
        findings.push_back({file.path, include.line,
                            "<nlohmann/json.hpp> in a header: include <nlohmann/json_fwd.hpp>"});
    }
}

bool is_word_at(std::string_view line, std::size_t at, std::size_t size) {
    const auto joins = [&](std::size_t place) {
        return place < line.size() &&
               (std::isalnum(static_cast<unsigned char>(line[place])) != 0 || line[place] == '_');
    };
    return !(at > 0 && joins(at - 1)) && !joins(at + size);
}

void check_words(const SourceFile& file, Findings& findings) {
    std::size_t number = 0;
    for (const std::string& line : lines_of(without_literals(file.text))) {
        ++number;
        for (const std::string_view word : input_output_words) {
            const std::size_t at = line.find(word);
            if (at != std::string::npos && is_word_at(line, at, word.size())) {
                findings.push_back({file.path, number,
                                    std::string(word) + " in a sans-I/O folder: take it as an "
                                                        "argument"});
            }
        }
    }
}

}  // namespace

Findings broken_include_directions(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        const auto here = layer_of(file.path);
        if (!is_cpp(file.path) || !here) {
            continue;
        }
        for (const Include& include : includes_of(file)) {
            if (!include.quoted) {
                continue;
            }
            const auto there = layer_of(include.path);
            if (!there) {
                findings.push_back({file.path, include.line,
                                    "\"" + include.path + "\" is not relative to the root"});
            } else if (*there > *here) {
                findings.push_back(
                    {file.path, include.line, "\"" + include.path + "\" points up the arrow"});
            }
        }
    }
    return findings;
}

Findings libraries_away_from_home(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        if (!is_cpp(file.path) || is_test(file.path)) {
            continue;
        }
        for (const Include& include : includes_of(file)) {
            if (!include.quoted) {
                check_home(file, include, findings);
            }
        }
    }
    return findings;
}

Findings broken_sans_io(const SourceTree& tree) {
    Findings findings;
    for (const SourceFile& file : tree.files) {
        const bool core = file.path.starts_with("replication/") &&
                          !file.path.starts_with("replication/transport/");
        if (!is_cpp(file.path) || (!core && !file.path.starts_with("crypto/"))) {
            continue;
        }
        for (const Include& include : includes_of(file)) {
            if (starts_with_any(include.path, socket_headers)) {
                findings.push_back({file.path, include.line,
                                    "<" + include.path +
                                        "> opens sockets outside "
                                        "replication/transport/"});
            } else if (core && std::find(input_output_headers.begin(), input_output_headers.end(),
                                         include.path) != input_output_headers.end()) {
                findings.push_back(
                    {file.path, include.line, "<" + include.path + "> in a sans-I/O folder"});
            }
        }
        if (core) {
            check_words(file, findings);
        }
    }
    return findings;
}

}  // namespace entrepot::style
