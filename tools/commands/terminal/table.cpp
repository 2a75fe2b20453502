#include "tools/commands/terminal/table.hpp"

#include <algorithm>

#include "tools/commands/terminal/printable.hpp"

namespace entrepot::tools {

constexpr std::size_t widest_column = 44;

Table::Table(std::vector<std::string> headings) {
    if (!headings.empty()) {
        add(std::move(headings));
        headings_ = 1;
    }
}

void Table::add(std::vector<std::string> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool last = i + 1 == cells.size();
        cells[i] = printable(cells[i]);
        if (!last) {
            cells[i] = shortened(cells[i], widest_column);
        }
    }
    rows_.push_back(std::move(cells));
}

void Table::print(Console& console, std::size_t indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns_of(row[i]));
        }
    }
    for (const auto& row : rows_) {
        std::string line(indent, ' ');
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) {
                line.append(widths[i] - columns_of(row[i]) + 2, ' ');
            }
        }
        line.erase(line.find_last_not_of(' ') + 1);
        console.line(line);
    }
}

}  // namespace entrepot::tools
