#include "node/store/page_walk.hpp"

#include <algorithm>
#include <limits>

#include "crypto/base/wire.hpp"

namespace entrepot::node {
namespace {

/// Deeper than any tree of 2^48 pages; the library's own stack holds 32.
constexpr std::size_t most_depth = 24;
constexpr PageNumber first_content_page{2};  // after the two meta pages

std::uint64_t native_number(ByteView key) {
    std::uint64_t out = 0;
    std::memcpy(&out, key.data(), sizeof out);
    return out;
}

bool is_before(ByteView a, ByteView b, bool numbers) {
    return numbers ? native_number(a) < native_number(b)
                   : std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

PageWalk::PageWalk(const PageFile& file, const MetaPage& meta, const EnvironmentOptions& options,
                   Mode mode, Row row)
    : file_(file), meta_(meta), options_(options), mode_(mode), row_(std::move(row)) {
    levels_.resize(most_depth + 1);
}

Status PageWalk::run() {
    const std::uint64_t most_pages = options_.map_size / file_.page_size();
    if (meta_.last_page.value >= most_pages) {
        if (!is_lenient()) {
            return damaged_page({0}, "says that it has more pages than it may have");
        }
        meta_.last_page.value = std::min(most_pages, file_.page_count());
    }
    used_.assign(meta_.last_page.value + 1, false);
    cost_.transaction = meta_.transaction;
    Tree tables{"tables", meta_.tables, Content::tables, {}, {}, false};
    if (meta_.tables.flags != 0 && !is_lenient()) {
        return damaged_page({0}, "the table of tables has another kind of keys");
    }
    TRY(walk(tables));
    for (Tree& table : tables_) {
        TRY(walk(table));
    }
    if (is_lenient()) {
        return {};
    }
    Tree free_pages{"free pages", meta_.free_pages, Content::free_pages, {}, {}, false};
    if (meta_.free_pages.flags != tree_integer_keys) {
        return damaged_page({0}, "the table of free pages has another kind of keys");
    }
    return walk(free_pages);
}

Status PageWalk::walk(Tree& tree) {
    if (tree.record.root == no_page) {
        if (tree.record.depth != 0 && !is_lenient()) {
            return damaged_page({0}, "an empty table has a depth");
        }
        return is_lenient() ? Status() : check_counts(tree);
    }
    if (tree.record.depth == 0 || tree.record.depth > most_depth) {
        return is_lenient() ? Status()
                            : Status(damaged_page(tree.record.root, "an impossible depth"));
    }
    const Status walked = walk_page(tree, tree.record.root, 1, {});
    return is_lenient() ? Status() : walked ? check_counts(tree) : walked;
}

Status PageWalk::use(PageNumber page, std::uint64_t count) {
    if (page < first_content_page || page > meta_.last_page ||
        count > meta_.last_page.value - page.value + 1) {
        return damaged_page(page, "not a page of this database");
    }
    for (std::uint64_t at = page.value; at < page.value + count; ++at) {
        if (used_[at]) {
            return damaged_page({at}, "used twice");
        }
        used_[at] = true;
    }
    cost_.pages_used += count;
    return {};
}

Status PageWalk::walk_page(Tree& tree, PageNumber number, std::size_t depth, ByteView least) {
    if (depth > tree.record.depth) {
        return damaged_page(number, "deeper than its table");
    }
    TRY(use(number, 1));
    Level& level = levels_[depth];
    level.bytes.resize(file_.page_size());
    TRY(file_.read(number, level.bytes));
    ++cost_.pages_read;
    TRY(TreePage::parse(level.bytes, number, level.page));
    const bool is_leaf = level.page.kind() == PageKind::leaf;
    if (is_leaf != (depth == tree.record.depth) && !is_lenient()) {
        return damaged_page(number, "a leaf at another depth");
    }
    return is_leaf ? walk_leaf(tree, level.page, least)
                   : walk_branch(tree, level.page, depth, least);
}

/// Keys below an entry of a branch are not before its own key; the last key seen is before it.
Status PageWalk::walk_branch(Tree& tree, const TreePage& page, std::size_t depth, ByteView least) {
    ++tree.seen.branch_pages;
    const auto& nodes = page.nodes();
    // The table of free pages may keep a branch with one entry while it is being written.
    if (nodes.size() < 2 && tree.content != Content::free_pages && !is_lenient()) {
        return damaged_page(page.number(), "a branch with one entry");
    }
    const bool numbers = (tree.record.flags & tree_integer_keys) != 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const ByteView key = i == 0 ? least : nodes[i].key;
        if (i > 0) {
            if (numbers && key.size() != sizeof(std::uint64_t)) {
                return damaged_page(page.number(), "a number of another size");
            }
            if (tree.has_last && !is_before(tree.last_key, key, numbers) && !is_lenient()) {
                return damaged_page(page.number(), "keys out of order");
            }
        }
        const Status walked = walk_page(tree, nodes[i].below, depth + 1, key);
        if (!walked && !is_lenient()) {
            return walked;
        }
    }
    return {};
}

Status PageWalk::walk_leaf(Tree& tree, const TreePage& page, ByteView least) {
    ++tree.seen.leaf_pages;
    const bool numbers = (tree.record.flags & tree_integer_keys) != 0;
    bool is_first = true;
    for (const PageNode& node : page.nodes()) {
        Status checked = check_order(tree, node.key, page.number());
        if (checked && is_first && !least.empty() && is_before(node.key, least, numbers)) {
            checked = damaged_page(page.number(), "a key outside its branch");
        }
        checked = checked || is_lenient() ? check_entry(tree, node, page.number()) : checked;
        if (!checked && !is_lenient()) {
            return checked;
        }
        is_first = false;
        ++tree.seen.entries;
    }
    return {};
}

Status PageWalk::check_order(Tree& tree, ByteView key, PageNumber page) {
    const bool numbers = (tree.record.flags & tree_integer_keys) != 0;
    if (numbers && key.size() != sizeof(std::uint64_t)) {
        return damaged_page(page, "a number of another size");
    }
    if (tree.has_last && !is_before(tree.last_key, key, numbers)) {
        return damaged_page(page, "keys out of order");
    }
    tree.last_key.assign(key.begin(), key.end());
    tree.has_last = true;
    return {};
}

Status PageWalk::check_entry(Tree& tree, const PageNode& node, PageNumber page) {
    if (node.large != no_page) {
        TRY(check_large(tree, node));
    }
    if (node.is_tree != (tree.content == Content::tables)) {
        return damaged_page(page, "an entry of another kind of table");
    }
    switch (tree.content) {
        case Content::tables:
            return take_table(node, page);
        case Content::free_pages:
            return check_free(node, page);
        case Content::rows:
            if (row_) {
                row_(tree.name, node);
            }
    }
    return {};
}

Status PageWalk::check_large(Tree& tree, const PageNode& node) {
    std::array<std::uint8_t, large_header_size> header{};
    TRY(file_.read(node.large, header));
    ++cost_.pages_read;
    TRY_ASSIGN(const std::uint64_t count, read_large_header(header, node.large));
    if (count < large_page_count(node.large_size, file_.page_size()) ||
        node.large.value + count > file_.page_count()) {
        return damaged_page(node.large, "a large value is longer than its pages");
    }
    tree.seen.large_pages += count;
    return use(node.large, count);
}

Status PageWalk::take_table(const PageNode& node, PageNumber page) {
    if (node.value.size() != tree_record_size) {
        return damaged_page(page, "a table's record has another size");
    }
    Tree table{std::string(as_text(node.key)),
               TreeRecord::decode(node.value),
               Content::rows,
               {},
               {},
               false};
    const auto known = std::find_if(options_.tables.begin(), options_.tables.end(),
                                    [&](const auto& wanted) { return wanted.first == table.name; });
    const std::uint16_t flags = table.record.flags;
    const bool numbers = known != options_.tables.end() && known->second == TableKeys::numbers;
    const bool is_right = known == options_.tables.end()
                              ? flags == 0 || flags == tree_integer_keys
                              : flags == (numbers ? tree_integer_keys : 0);
    if (!is_right) {
        return damaged_page(page, "a table has another kind of keys");
    }
    tables_.push_back(std::move(table));
    return {};
}

/// A row of the table of free pages: a count, then that many page numbers, falling.
Status PageWalk::check_free(const PageNode& node, PageNumber page) {
    Bytes large;
    ByteView value = node.value;
    if (node.large != no_page) {  // its pages were checked
        large.resize(large_header_size + node.large_size);
        TRY(file_.read(node.large, large));
        value = ByteView(large).subspan(large_header_size);
    }
    if (native_number(node.key) > meta_.transaction) {
        return damaged_page(page, "pages freed by a transaction to come");
    }
    WireReader reader(value);
    const std::uint64_t count = reader.u64();
    if (value.size() < 8 || count > value.size() / 8 - 1) {
        return damaged_page(page, "a list of free pages is cut short");
    }
    std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
    for (std::uint64_t i = 0; i < count; ++i) {
        const PageNumber free{reader.u64()};
        if (free.value >= before) {
            return damaged_page(page, "free pages out of order");
        }
        TRY(use(free, 1));
        before = free.value;
    }
    return {};
}

Status PageWalk::check_counts(const Tree& tree) const {
    const TreeRecord& said = tree.record;
    const TreeRecord& seen = tree.seen;
    if (said.entries != seen.entries || said.branch_pages != seen.branch_pages ||
        said.leaf_pages != seen.leaf_pages || said.large_pages != seen.large_pages) {
        return damaged_page(said.root == no_page ? PageNumber{0} : said.root,
                            "a table's counts are not what is there");
    }
    return {};
}

Result<PageWalkCost> check_pages(const std::filesystem::path& directory,
                                 const EnvironmentOptions& options) {
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
        auto file = PageFile::open(directory / "data.mdb");
        if (!file && file.error().code == store_missing) {
            return PageWalkCost{};
        }
        if (!file) {
            return std::move(file).error();
        }
        TRY_ASSIGN(const MetaPage meta, file->newest_meta());
        PageWalk walk(*file, meta, options, PageWalk::Mode::strict);
        Status walked = walk.run();
        if (walked) {
            return walk.cost();
        }
        TRY_ASSIGN(const MetaPage now, file->newest_meta());
        if (now.transaction == meta.transaction || attempt == attempts) {
            return std::move(walked).error();
        }
    }
}

}  // namespace entrepot::node
