#include "node/store/tree_page.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t node_header_size = 8;
constexpr std::size_t most_key = 511;
constexpr std::uint16_t branch_flag = 0x01, leaf_flag = 0x02, large_flag = 0x04;
constexpr std::uint16_t node_large = 0x01, node_tree = 0x02;

/// Callers have checked that the bytes are there.
std::uint16_t u16_at(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
}

std::uint64_t u64_at(ByteView bytes, std::size_t at) {
    std::uint64_t out = 0;
    for (std::size_t i = 8; i > 0; --i) {
        out = out << 8 | bytes[at + i - 1];
    }
    return out;
}

}  // namespace

Status TreePage::parse(ByteView bytes, PageNumber number, TreePage& out) {
    out.nodes_.clear();
    out.spans_.clear();
    out.number_ = number;
    if (bytes.size() < header_size || u64_at(bytes, 0) != number.value) {
        return damaged_page(number, "bears another page's number");
    }
    const std::uint16_t flags = u16_at(bytes, 10);
    if (flags != branch_flag && flags != leaf_flag) {
        return damaged_page(number, "neither a branch nor a leaf");
    }
    out.kind_ = flags == branch_flag ? PageKind::branch : PageKind::leaf;
    const std::size_t lower = u16_at(bytes, 12);
    const std::size_t upper = u16_at(bytes, 14);
    if (lower < header_size || lower > upper || upper > bytes.size() || lower % 2 != 0) {
        return damaged_page(number, "its bounds are impossible");
    }
    for (std::size_t at = header_size; at < lower; at += 2) {
        TRY(out.add_node(bytes, u16_at(bytes, at), upper));
    }
    if (out.nodes_.empty()) {
        return damaged_page(number, "empty");
    }
    return out.check_overlap();
}

Status TreePage::add_node(ByteView bytes, std::size_t at, std::size_t upper) {
    if (at < upper || at % 2 != 0 || at + node_header_size > bytes.size()) {
        return damaged_page(number_, "an entry lies outside it");
    }
    const std::uint64_t low = u16_at(bytes, at) | std::uint64_t{u16_at(bytes, at + 2)} << 16;
    const std::uint16_t flags = u16_at(bytes, at + 4);
    const std::size_t key_size = u16_at(bytes, at + 6);
    const bool may_lack_key = kind_ == PageKind::branch && nodes_.empty();
    if (key_size > most_key || (key_size == 0 && !may_lack_key)) {
        return damaged_page(number_, "a key has an impossible size");
    }
    std::size_t end = at + node_header_size + key_size;
    PageNode node;
    if (kind_ == PageKind::branch) {
        node.below = {low | std::uint64_t{flags} << 32};
    } else if (flags == node_large) {
        end += 8;
        node.large_size = low;
    } else if (flags == 0 || flags == node_tree) {
        end += low;
        node.is_tree = flags == node_tree;
    } else {
        return damaged_page(number_, "an entry of an unknown kind");
    }
    // Two entries and their places fit into every page: the library splits pages on that promise.
    const std::size_t most_node = ((bytes.size() - header_size) / 2 & ~std::size_t{1}) - 2;
    if (end > bytes.size() || end - at > most_node) {
        return damaged_page(number_, "an entry reaches too far");
    }
    node.key = bytes.subspan(at + node_header_size, key_size);
    const ByteView rest =
        bytes.subspan(at + node_header_size + key_size, end - at - node_header_size - key_size);
    if (kind_ == PageKind::leaf && flags == node_large) {
        node.large = {u64_at(rest, 0)};
    } else if (kind_ == PageKind::leaf) {
        node.value = rest;
    }
    nodes_.push_back(node);
    const std::size_t rounded = end + end % 2;  // as the library counts when it takes one out
    spans_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(rounded)});
    return {};
}

Status TreePage::check_overlap() {
    std::sort(spans_.begin(), spans_.end(),
              [](const Span& a, const Span& b) { return a.from < b.from; });
    for (std::size_t i = 1; i < spans_.size(); ++i) {
        if (spans_[i].from < spans_[i - 1].to) {
            return damaged_page(number_, "entries lie over each other");
        }
    }
    return {};
}

std::uint64_t large_page_count(std::uint64_t size, std::size_t page_size) {
    return (header_size - 1 + size) / page_size + 1;
}

Result<std::uint64_t> read_large_header(ByteView header, PageNumber number) {
    if (header.size() < large_header_size || u64_at(header, 0) != number.value ||
        u16_at(header, 10) != large_flag) {
        return damaged_page(number, "not the start of a large value");
    }
    return u16_at(header, 12) | std::uint64_t{u16_at(header, 14)} << 16;
}

}  // namespace entrepot::node
