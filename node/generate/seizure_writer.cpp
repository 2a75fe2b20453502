#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "node/generate/writers.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

const char* one_of(Dice& dice, std::initializer_list<const char*> choices) {
    return choices.begin()[dice.below(static_cast<std::uint32_t>(choices.size()))];
}

void replace(std::string& text, std::string_view mark, std::string_view with) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) {
        text.replace(at, mark.size(), with);
    }
}

void begin_with_capital(std::string& text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
        text[0] = static_cast<char>(text[0] - 32);
    }
}

/// Small quantities are common, large ones rare: the logarithm is even.
std::string quantity(const GoodsKind& kind, Dice& dice) {
    const double part = dice.below(100000) / 100000.0;
    const double amount = kind.least * std::pow(kind.most / kind.least, part);
    const double scale = std::pow(10.0, kind.digits);
    const auto units = std::max<std::int64_t>(1, std::llround(amount * scale));
    std::string out = std::to_string(units);
    if (kind.digits > 0) {
        out.insert(0, out.size() <= kind.digits ? kind.digits + 1 - out.size() : 0, '0');
        out.insert(out.size() - kind.digits, 1, '.');
    }
    return out;
}

json goods_line(const GoodsKind& kind, Dice& dice) {
    json out = {{"category", kind.category},
                {"type", kind.type},
                {"quantity", quantity(kind, dice)},
                {"unit", kind.unit}};
    if (dice.percent(70)) {
        out["description"] = dice.pick(kind.descriptions);
    }
    if (dice.percent(25)) {
        out["value"] = std::to_string(dice.between(1, 900) * 50);
        out["currency"] = one_of(dice, {"USD", "EUR", "JMD", "GBP"});
        out["value_basis"] = one_of(dice, {"estimate", "street", "customs", "retail"});
    }
    return out;
}

json conveyance(const Words& words, bool by_air, Dice& dice) {
    if (by_air) {
        const Airline& airline = dice.pick(words.airlines);
        return {{"mode", "air"},
                {"type", dice.percent(80) ? "passenger_aircraft" : "cargo_aircraft"},
                {"carrier", airline.name},
                {"flight", airline.code + " " + std::to_string(dice.between(100, 989))}};
    }
    json out = {{"mode", "sea"}, {"type", "container_ship"}, {"carrier", dice.pick(words.lines)}};
    out["vessel_name"] = dice.pick(words.vessel_first) + " " + dice.pick(words.vessel_second);
    if (dice.percent(60)) {
        out["container"] = std::string(one_of(dice, {"CCLU", "TWSU", "ORLU", "GMDU"})) +
                           std::to_string(dice.between(1000000, 9999999));
    }
    return out;
}

json leg(const char* role, const NamedPlace& place) {
    return {{"role", role},
            {"country", place.country},
            {"place", place.name},
            {"place_code", place.code}};
}

std::string narrative(const Words& words, const NamedPlace& place, const std::string& goods,
                      Dice& dice) {
    std::string out = dice.pick(words.opening);
    replace(out, "{goods}", goods);
    replace(out, "{place}", place.name);
    replace(out, "{aid}", dice.pick(words.aid));
    replace(out, "{where}", dice.pick(words.where));
    begin_with_capital(out);
    for (std::uint32_t i = dice.below(3); i > 0; --i) {
        out += " " + dice.pick(words.middle);
    }
    const std::string& closing = dice.pick(words.closing);
    return closing.empty() ? out : out + " " + closing;
}

json person(const Words& words, Dice& dice) {
    return {{"role", one_of(dice, {"passenger", "courier", "driver", "crew", "consignee"})},
            {"sex", one_of(dice, {"female", "male", "male"})},
            {"age_band", one_of(dice, {"18_24", "25_34", "35_49", "50_64"})},
            {"nationality", dice.pick(dice.pick(words.cultures).countries)}};
}

}  // namespace

std::string generated_date(Dice& dice, std::uint32_t first_year, std::uint32_t last_year) {
    const auto two = [](std::uint32_t number) {
        return (number < 10 ? "-0" : "-") + std::to_string(number);
    };
    std::string out = std::to_string(dice.between(first_year, last_year));
    const std::uint32_t precision = dice.below(40);
    out += precision == 0 ? "" : two(dice.between(1, 12));
    return out + (precision <= 1 ? "" : two(dice.between(1, 28)));
}

json generated_seizure(const Words& words, Dice& dice) {
    const NamedPlace& here = dice.pick(words.places);
    const bool by_air = here.kind == "airport";
    const GoodsKind& kind = dice.pick(words.goods);
    json out = {{"kind", dice.percent(92) ? "seizure" : one_of(dice, {"offence", "detention"})},
                {"status", "submitted"},
                {"seized_on", generated_date(dice, 2021, 2026)},
                {"country", here.country},
                {"place", here.name},
                {"location_type", here.kind},
                {"direction", one_of(dice, {"import", "import", "export", "transit"})},
                {"detection_method", one_of(dice, {"risk_profile", "routine", "intelligence",
                                                   "random", "investigation"})}};
    if (dice.percent(35)) {
        out["technical_aids"] = json::array({one_of(dice, {"x_ray", "dog", "test_kit"})});
    }
    json goods = json::array({goods_line(kind, dice)});
    for (std::uint32_t more = dice.percent(10) ? dice.between(1, 2) : 0; more > 0; --more) {
        goods.push_back(goods_line(dice.pick(words.goods), dice));
    }
    out["goods"] = std::move(goods);
    out["conveyance"] = json::array({conveyance(words, by_air, dice)});
    json route = json::array({leg("departure", dice.pick(words.places))});
    if (dice.percent(20)) {
        route.push_back(leg("transit", dice.pick(words.places)));
    }
    if (dice.percent(35)) {
        route.push_back(leg("destination", dice.pick(words.places)));
    }
    out["route"] = std::move(route);
    if (dice.percent(18)) {
        out["persons"] = json::array({person(words, dice)});
    }
    if (dice.percent(35)) {
        std::string what = dice.pick(kind.descriptions);
        what[0] = what[0] >= 'A' && what[0] <= 'Z' ? static_cast<char>(what[0] + 32) : what[0];
        out["narrative"] = narrative(words, here, what, dice);
    }
    return out;
}

}  // namespace entrepot::node
