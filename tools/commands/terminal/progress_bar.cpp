#include "tools/commands/terminal/progress_bar.hpp"

#include <algorithm>

#include "tools/commands/terminal/printable.hpp"

namespace entrepot::tools {

constexpr std::size_t bar_width = 24;

ProgressBar::~ProgressBar() {
    if (shown_) {
        console_.progress("\r\x1b[K");
    }
}

void ProgressBar::show(std::uint64_t done, std::string_view what) {
    if (!console_.err_is_terminal()) {
        return;
    }
    std::string line = "\r";
    if (total_ != 0) {
        const auto share =
            std::min<double>(1, static_cast<double>(done) / static_cast<double>(total_));
        const auto filled = static_cast<std::size_t>(share * bar_width);
        line += "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] ";
        line += std::to_string(static_cast<int>(share * 100)) + "% ";
    }
    line +=
        shortened(printable(what), console_.columns() - std::min(console_.columns(), line.size()));
    console_.progress(line + "\x1b[K");
    shown_ = true;
}

}  // namespace entrepot::tools
