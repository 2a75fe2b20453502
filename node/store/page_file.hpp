// PageFile: a database file read page by page with pread, never mapped: what stands in it cannot
// crash the reader. Knows the layout of LMDB 0.9 on 64-bit little-endian machines (STORE.md,
// "Pages"); does not promise that pages hang together: page_check.hpp finds that out.
#pragma once

#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.hpp"

namespace entrepot::node {

/// Place of a page in its file, from 0.
struct PageNumber {
    std::uint64_t value = 0;
    friend auto operator<=>(const PageNumber&, const PageNumber&) = default;
};

/// Stands for the root of an empty tree.
inline constexpr PageNumber no_page{~std::uint64_t{0}};
/// A tree record inside a meta page or a row of the table of tables.
inline constexpr std::size_t tree_record_size = 48;
/// Flag of a tree whose keys are native 64-bit integers.
inline constexpr std::uint16_t tree_integer_keys = 0x08;

struct TreeRecord {
    std::uint16_t flags = 0;
    std::uint16_t depth = 0;
    std::uint64_t branch_pages = 0;
    std::uint64_t leaf_pages = 0;
    std::uint64_t large_pages = 0;
    std::uint64_t entries = 0;
    PageNumber root = no_page;

    /// `bytes` has tree_record_size bytes.
    static TreeRecord decode(ByteView bytes);
};

/// The file as of one transaction.
struct MetaPage {
    TreeRecord free_pages;  ///< pages that may be used again, by transaction
    TreeRecord tables;
    PageNumber last_page;
    std::uint64_t transaction = 0;
};

/// store.damaged at a page, with a reason and what to do.
Error damaged_page(PageNumber page, std::string_view why);

class PageFile {
public:
    /// store.missing when absent, store.unreadable when the system refuses or it is no plain file;
    /// a symbolic link is not followed.
    static Result<PageFile> open(const std::filesystem::path& path);
    PageFile(PageFile&& other) noexcept;
    PageFile(const PageFile&) = delete;
    ~PageFile();

    /// The newer of the two meta pages; store.damaged unless both are whole.
    Result<MetaPage> newest_meta() const;
    /// 4096 until a meta page says otherwise.
    std::size_t page_size() const { return page_size_; }
    /// Whole pages in the file.
    std::uint64_t page_count() const { return size_ / page_size_; }
    std::uint64_t size() const { return size_; }
    /// Fills `out` from the start of a page; store.damaged when the file ends before.
    Status read(PageNumber page, MutableByteView out) const;

private:
    PageFile(int file, std::uint64_t size) : file_(file), size_(size) {}
    Status find_page_size();
    Result<MetaPage> read_meta(PageNumber page) const;
    int file_ = -1;
    std::uint64_t size_ = 0;
    std::size_t page_size_ = 4096;
};

}  // namespace entrepot::node
