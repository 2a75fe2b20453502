#include "node/store/page_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "crypto/base/wire.hpp"
#include "node/store/environment.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t page_header_size = 16;
constexpr std::size_t meta_size = page_header_size + 24 + 2 * tree_record_size + 16;
constexpr std::uint16_t meta_flag = 0x08;
constexpr std::uint32_t meta_magic = 0xBEEFC0DE;
constexpr std::uint32_t meta_layout = 1;
constexpr std::uint64_t most_transactions = std::uint64_t{1} << 48;
constexpr std::size_t least_page = 4096;
constexpr std::size_t most_page = 32768;
constexpr std::size_t page_size_offset = page_header_size + 24;  // in the first tree record

std::string reason() {
    return std::error_code(errno, std::generic_category()).message();
}

bool is_page_size(std::uint32_t size) {
    return size >= least_page && size <= most_page && (size & (size - 1)) == 0;
}

std::uint32_t u32_at(ByteView bytes, std::size_t at) {
    return WireReader(bytes.subspan(at, 4)).u32();
}

}  // namespace

TreeRecord TreeRecord::decode(ByteView bytes) {
    WireReader reader(bytes);
    static_cast<void>(reader.u32());  // the page size, or the size of doubled values: not ours
    TreeRecord out;
    out.flags = reader.u16();
    out.depth = reader.u16();
    out.branch_pages = reader.u64();
    out.leaf_pages = reader.u64();
    out.large_pages = reader.u64();
    out.entries = reader.u64();
    out.root = {reader.u64()};
    return out;
}

Error damaged_page(PageNumber page, std::string_view why) {
    return {store_damaged, "page " + std::to_string(page.value) + ": " + std::string(why) +
                               "; 'entrepot verify --rebuild' saves what can be saved"};
}

Result<PageFile> PageFile::open(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return Error{errno == ENOENT ? store_missing : store_unreadable,
                     path.string() + ": " + reason()};
    }
    struct stat found {};
    if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
        ::close(file);
        return Error{store_unreadable, path.string() + " is not a plain file"};
    }
    PageFile out(file, static_cast<std::uint64_t>(found.st_size));
    static_cast<void>(out.find_page_size());  // newest_meta() says when it is not to be found
    return out;
}

PageFile::PageFile(PageFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)), size_(other.size_), page_size_(other.page_size_) {}

PageFile::~PageFile() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

/// As the library does: the size stands in the first meta page.
Status PageFile::find_page_size() {
    std::array<std::uint8_t, meta_size> bytes{};
    TRY(read({0}, bytes));
    const std::uint32_t size = u32_at(bytes, page_size_offset);
    if (!is_page_size(size)) {
        return damaged_page({0}, "no page size");
    }
    page_size_ = size;
    return {};
}

Status PageFile::read(PageNumber page, MutableByteView out) const {
    if (page.value > size_ / page_size_) {
        return damaged_page(page, "beyond the end of the file");
    }
    std::size_t done = 0;
    while (done < out.size()) {
        const auto at = static_cast<off_t>(page.value * page_size_ + done);
        const ssize_t got = ::pread(file_, out.data() + done, out.size() - done, at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {  // a bad sector, for one
            return damaged_page(page, "cannot be read: " + reason());
        }
        if (got == 0) {
            return damaged_page(page, "beyond the end of the file");
        }
        done += static_cast<std::size_t>(got);
    }
    return {};
}

Result<MetaPage> PageFile::read_meta(PageNumber page) const {
    std::array<std::uint8_t, meta_size> bytes{};
    TRY(read(page, bytes));
    WireReader reader(bytes);
    const std::uint64_t number = reader.u64();
    static_cast<void>(reader.u16());
    const std::uint16_t flags = reader.u16();
    static_cast<void>(reader.u32());
    const std::uint32_t magic = reader.u32();
    const std::uint32_t layout = reader.u32();
    if (number != page.value || flags != meta_flag || magic != meta_magic ||
        layout != meta_layout) {
        return damaged_page(page, "no meta page of a database");
    }
    if (u32_at(bytes, page_size_offset) != page_size_) {
        return damaged_page(page, "another page size");
    }
    reader.raw(16);  // where it was mapped, and how large: the opener decides both
    MetaPage out;
    out.free_pages = TreeRecord::decode(reader.raw(tree_record_size));
    out.tables = TreeRecord::decode(reader.raw(tree_record_size));
    out.last_page = {reader.u64()};
    out.transaction = reader.u64();
    TRY(reader.finish("meta page"));
    if (out.transaction >= most_transactions) {
        return damaged_page(page, "an impossible transaction number");
    }
    return out;
}

Result<MetaPage> PageFile::newest_meta() const {
    TRY_ASSIGN(const MetaPage first, read_meta({0}));
    TRY_ASSIGN(const MetaPage second, read_meta({1}));
    const bool is_second = first.transaction < second.transaction;
    const MetaPage& newest = is_second ? second : first;
    // The library's readers choose by the number's last bit, its opener by size: they must agree.
    if ((newest.transaction & 1U) != (is_second ? 1U : 0U)) {
        return damaged_page({is_second ? 1U : 0U}, "the meta page of another transaction");
    }
    return newest;
}

}  // namespace entrepot::node
