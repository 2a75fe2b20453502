#include "tests/system/memory/process_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace entrepot {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t is_here = std::uint64_t{1} << 63, is_swapped = std::uint64_t{1} << 62;
constexpr std::uint64_t longest_look = std::uint64_t{1} << 32;  ///< a sanitizer reserves terabytes

struct Mapping {
    std::uint64_t begin = 0, end = 0;
    std::string name;
};

std::string path_of(pid_t process, const char* name) {
    return "/proc/" + std::to_string(process) + "/" + name;
}

class Descriptor {
public:
    explicit Descriptor(const std::string& path) : file_(::open(path.c_str(), O_RDONLY)) {}
    ~Descriptor() { ::close(file_); }
    Descriptor(const Descriptor&) = delete;
    bool is_open() const { return file_ >= 0; }
    std::size_t read(void* to, std::size_t size, std::uint64_t at) const {
        const auto got = ::pread(file_, to, size, static_cast<off_t>(at));
        return got < 0 ? 0 : static_cast<std::size_t>(got);
    }

private:
    int file_;
};

std::vector<Mapping> mappings_of(pid_t process) {
    std::ifstream in(path_of(process, "maps"));
    std::vector<Mapping> out;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        Mapping one;
        char dash = 0;
        std::string rights, offset, device, inode;
        words >> std::hex >> one.begin >> dash >> one.end >> rights >> offset >> device >> inode;
        std::getline(words >> std::ws, one.name);
        if (rights.starts_with("r") && one.name != "[vvar]" && one.name != "[vsyscall]" &&
            one.end - one.begin <= longest_look) {
            out.push_back(one);
        }
    }
    return out;
}

/// Of each page of the mapping, whether it is in memory or in swap.
std::vector<bool> pages_of(const Descriptor& page_map, const Mapping& mapping) {
    std::vector<std::uint64_t> entries((mapping.end - mapping.begin) / page);
    const std::size_t got = page_map.read(entries.data(), entries.size() * sizeof(std::uint64_t),
                                          mapping.begin / page * sizeof(std::uint64_t));
    std::vector<bool> out(entries.size());
    for (std::size_t i = 0; i < got / sizeof(std::uint64_t); ++i) {
        out[i] = (entries[i] & (is_here | is_swapped)) != 0;
    }
    return out;
}

}  // namespace

bool may_read_memory(pid_t process) {
    return Descriptor(path_of(process, "mem")).is_open() &&
           Descriptor(path_of(process, "pagemap")).is_open();
}

void for_each_run(pid_t process, const std::function<void(ByteView, const std::string&)>& look) {
    const Descriptor memory(path_of(process, "mem")), page_map(path_of(process, "pagemap"));
    if (!memory.is_open() || !page_map.is_open()) {
        throw std::runtime_error("the memory of process " + std::to_string(process) +
                                 " is not for this one to read");
    }
    for (const Mapping& mapping : mappings_of(process)) {
        const std::vector<bool> here = pages_of(page_map, mapping);
        for (std::size_t first = 0; first < here.size();) {
            std::size_t end = first;
            while (end < here.size() && here[end]) {
                ++end;
            }
            Bytes bytes((end - first) * page);
            bytes.resize(memory.read(bytes.data(), bytes.size(), mapping.begin + first * page));
            look(bytes, mapping.name);
            first = end + 1;
        }
    }
}

std::string words_of(pid_t process) {
    std::string out;
    for (const char* name : {"cmdline", "environ"}) {
        std::ifstream in(path_of(process, name), std::ios::binary);
        out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
}

}  // namespace entrepot
