// TreePage: one branch or leaf page of a database file, taken apart with every offset checked.
// Views point into the bytes that were parsed.
#pragma once

#include <vector>

#include "node/store/page_file.hpp"

namespace entrepot::node {

enum class PageKind { branch, leaf };

/// An entry of a page.
struct PageNode {
    ByteView key;
    PageNumber below;              ///< of a branch: the page it leads to
    ByteView value;                ///< of a leaf whose value stands in the page
    PageNumber large = no_page;    ///< of a leaf whose value stands on pages of its own: the first
    std::uint64_t large_size = 0;  ///< bytes of such a value
    bool is_tree = false;          ///< the value is a tree record
};

class TreePage {
public:
    /// store.damaged unless the bytes are a whole branch or leaf page of that number: known flags,
    /// every entry inside the page, none over another, keys of 1 to 511 bytes (the first of a
    /// branch has none).
    static Status parse(ByteView bytes, PageNumber number, TreePage& out);

    PageKind kind() const { return kind_; }
    PageNumber number() const { return number_; }
    const std::vector<PageNode>& nodes() const { return nodes_; }

private:
    Status add_node(ByteView bytes, std::size_t at, std::size_t upper);
    Status check_overlap();
    struct Span {
        std::uint32_t from;
        std::uint32_t to;
    };
    PageKind kind_ = PageKind::leaf;
    PageNumber number_;
    std::vector<PageNode> nodes_;
    std::vector<Span> spans_;
};

/// Pages that a value of this size takes when it stands on pages of its own.
std::uint64_t large_page_count(std::uint64_t size, std::size_t page_size);
/// How many pages belong to a run whose first 16 bytes these are; store.damaged when it is none.
Result<std::uint64_t> read_large_header(ByteView header, PageNumber number);
inline constexpr std::size_t large_header_size = 16;

}  // namespace entrepot::node
