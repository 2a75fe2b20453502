// ProgressBar: one line on a terminal that is written over; nothing anywhere else.
#pragma once

#include <cstdint>

#include "tools/commands/terminal/console.hpp"

namespace entrepot::tools {

class ProgressBar {
public:
    /// `total` 0 when it is not known.
    ProgressBar(Console& console, std::uint64_t total) : console_(console), total_(total) {}
    /// Clears the line.
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(std::uint64_t done, std::string_view what);

private:
    Console& console_;
    std::uint64_t total_;
    bool shown_ = false;
};

}  // namespace entrepot::tools
