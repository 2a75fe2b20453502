// Matchers that say what a rule must report.
#pragma once

#include <gmock/gmock.h>

#include "tests/style/rules.hpp"

namespace entrepot::style {

MATCHER_P3(Reports, path, line, words, "") {
    return arg.path == path && arg.line == static_cast<std::size_t>(line) &&
           arg.message.find(words) != std::string::npos;
}

}  // namespace entrepot::style
