// The three kinds of documents that are generated.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "node/generate/dice.hpp"
#include "node/generate/words.hpp"

namespace entrepot::node {

nlohmann::json generated_seizure(const Words& words, Dice& dice);
nlohmann::json generated_suspect(const Words& words, Dice& dice);
nlohmann::json generated_company(const Words& words, Dice& dice);

/// "2024-03-07", or less precise one time in twenty.
std::string generated_date(Dice& dice, std::uint32_t first_year, std::uint32_t last_year);

}  // namespace entrepot::node
