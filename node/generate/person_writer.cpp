#include <nlohmann/json.hpp>

#include "node/generate/writers.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

const char* one_of(Dice& dice, std::initializer_list<const char*> choices) {
    return choices.begin()[dice.below(static_cast<std::uint32_t>(choices.size()))];
}

std::string letters_and_digits(Dice& dice, std::uint32_t letters, std::uint32_t digits) {
    std::string out;
    for (std::uint32_t i = 0; i < letters; ++i) {
        out += static_cast<char>('A' + dice.below(26));
    }
    for (std::uint32_t i = 0; i < digits; ++i) {
        out += static_cast<char>('0' + dice.below(10));
    }
    return out;
}

std::string address(const Words& words, Dice& dice) {
    return std::to_string(dice.between(1, 240)) + " " + dice.pick(words.streets) + ", " +
           dice.pick(words.places).name;
}

json name_of(const Culture& culture, const std::string& given, const char* kind, Dice& dice) {
    return {{"name", given + " " + dice.pick(culture.family)},
            {"kind", kind},
            {"script", culture.script}};
}

}  // namespace

json generated_suspect(const Words& words, Dice& dice) {
    const Culture& culture = dice.pick(words.cultures);
    const bool female = dice.percent(25);
    const std::string& given = dice.pick(female ? culture.female : culture.male);
    const std::string& country = dice.pick(culture.countries);
    json out = {{"status", one_of(dice, {"suspected", "suspected", "convicted", "contact"})},
                {"sex", female ? "female" : "male"},
                {"birth_date", generated_date(dice, 1950, 2006)},
                {"entry_reason", one_of(dice, {"seizure", "intelligence", "request"})},
                {"suggested_action", one_of(dice, {"sighting", "discreet", "specific_check"})}};
    json names = json::array({name_of(culture, given, "legal", dice)});
    if (dice.percent(25)) {
        names.push_back(name_of(culture, given, "alias", dice));
    }
    out["names"] = std::move(names);
    out["nationalities"] = json::array({country});
    out["papers"] = json::array({{{"kind", dice.percent(80) ? "passport" : "identity_card"},
                                  {"number", letters_and_digits(dice, 2, 7)},
                                  {"country", country}}});
    if (dice.percent(60)) {
        out["addresses"] = json::array({{{"address", address(words, dice)}, {"country", country}}});
    }
    if (dice.percent(40)) {
        const std::string digits = letters_and_digits(dice, 0, 11);
        out["phones"] = json::array({{{"number", std::string(1, '+').append(digits)}}});
    }
    if (dice.percent(50)) {
        out["occupation"] = dice.pick(words.jobs);
    }
    if (dice.percent(10)) {
        out["warnings"] = json::array({{{"kind", one_of(dice, {"armed", "violent", "escape"})},
                                        {"reason", "Told by an earlier case"}}});
    }
    return out;
}

json generated_company(const Words& words, Dice& dice) {
    const std::string& country = dice.pick(words.places).country;
    json out = {{"country", country},
                {"legal_form", one_of(dice, {"limited", "public", "partnership", "sole_trader"})},
                {"founded_on", generated_date(dice, 1970, 2025)}};
    out["names"] =
        json::array({{{"name", dice.pick(words.firm_first) + " " + dice.pick(words.firm_second) +
                                   " " + dice.pick(words.firm_last)},
                      {"kind", "legal"}}});
    out["sectors"] = json::array(
        {one_of(dice, {"freight", "wholesale", "retail", "food", "fishing", "mining", "courier"})});
    out["registrations"] = json::array({{{"kind", one_of(dice, {"register", "tin", "vat"})},
                                         {"number", letters_and_digits(dice, 2, 8)},
                                         {"country", country}}});
    out["addresses"] = json::array({{{"address", address(words, dice)}, {"country", country}}});
    if (dice.percent(20)) {
        out["risk_markers"] = json::array(
            {one_of(dice, {"prior_seizure", "shell", "new_company", "undervaluation"})});
    }
    return out;
}

}  // namespace entrepot::node
