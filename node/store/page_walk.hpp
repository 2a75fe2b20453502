// PageWalk: every page that a database file uses, visited once through PageFile: trees are whole,
// keys are in order, no page is used twice or is free as well. What passes can be mapped and
// written by the library without a crash; whether rows are genuine is for their seals to say.
//
// The lenient walk passes over what is broken and shows the rest: for saving a damaged file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "node/store/environment.hpp"
#include "node/store/tree_page.hpp"

namespace entrepot::node {

struct PageWalkCost {
    std::uint64_t pages_read = 0;   ///< branches, leaves and first pages of large values
    std::uint64_t pages_used = 0;   ///< of the file, free ones counted
    std::uint64_t transaction = 0;  ///< the newest
};

class PageWalk {
public:
    using Row = std::function<void(std::string_view table, const PageNode& node)>;
    enum class Mode { strict, lenient };

    PageWalk(const PageFile& file, const MetaPage& meta, const EnvironmentOptions& options,
             Mode mode, Row row = {});

    /// store.damaged names the first page that is wrong, and why; a lenient walk has no errors.
    Status run();
    const PageWalkCost& cost() const { return cost_; }

private:
    enum class Content { free_pages, tables, rows };
    struct Tree {
        std::string name;
        TreeRecord record;
        Content content;
        TreeRecord seen;                     ///< its counts as found
        std::vector<std::uint8_t> last_key;  ///< of the leaf entry before
        bool has_last = false;
    };
    struct Level {
        Bytes bytes;
        TreePage page;
    };

    Status walk(Tree& tree);
    Status walk_page(Tree& tree, PageNumber number, std::size_t depth, ByteView least);
    Status walk_branch(Tree& tree, const TreePage& page, std::size_t depth, ByteView least);
    Status walk_leaf(Tree& tree, const TreePage& page, ByteView least);
    Status check_entry(Tree& tree, const PageNode& node, PageNumber page);
    Status check_order(Tree& tree, ByteView key, PageNumber page);
    Status check_large(Tree& tree, const PageNode& node);
    Status check_free(const PageNode& node, PageNumber page);
    Status check_counts(const Tree& tree) const;
    Status take_table(const PageNode& node, PageNumber page);
    Status use(PageNumber page, std::uint64_t count);
    bool is_lenient() const { return mode_ == Mode::lenient; }

    const PageFile& file_;
    MetaPage meta_;
    const EnvironmentOptions& options_;
    Mode mode_;
    Row row_;
    PageWalkCost cost_;
    std::vector<bool> used_;
    std::vector<Level> levels_;
    std::vector<Tree> tables_;
};

/// The strict walk over `directory`/data.mdb as of its newest transaction; nothing to do when there
/// is no such file. store.damaged as above, also for a table of `options` with other keys. A writer
/// that commits meanwhile makes it start again, three times at most.
Result<PageWalkCost> check_pages(const std::filesystem::path& directory,
                                 const EnvironmentOptions& options);

}  // namespace entrepot::node
