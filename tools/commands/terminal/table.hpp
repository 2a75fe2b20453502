// Table: rows of text in aligned columns. All but the last are cut at 44 columns; nothing is lost
// from the last one.
#pragma once

#include <string>
#include <vector>

#include "tools/commands/terminal/console.hpp"

namespace entrepot::tools {

class Table {
public:
    /// Headings stand above the columns; none of them: no heading line.
    explicit Table(std::vector<std::string> headings = {});
    /// As many cells as there are headings, or fewer.
    void add(std::vector<std::string> cells);
    bool empty() const { return rows_.size() <= headings_; }
    void print(Console& console, std::size_t indent = 0) const;

private:
    std::vector<std::vector<std::string>> rows_;
    std::size_t headings_ = 0;
};

}  // namespace entrepot::tools
