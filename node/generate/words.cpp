#include "node/generate/words.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base/ensure.hpp"
#include "node/databases/shipped.hpp"
#include "node/databases/code_list.hpp"
#include "node/databases/json_text.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

json read(std::string_view name) {
    auto out = parse_json(shipped_file(name), name, code_list_malformed);
    ENSURE(out.has_value());
    return std::move(out).value();
}

std::vector<std::string> texts(const json& from) {
    return from.get<std::vector<std::string>>();
}

void read_people_and_firms(Words& out) {
    const json names = read("words/names.json");
    for (const json& culture : names.at("cultures")) {
        out.cultures.push_back({texts(culture.at("countries")), texts(culture.at("female")),
                                texts(culture.at("male")), texts(culture.at("family")),
                                culture.value("script", std::string("Latn"))});
    }
    const json firms = read("words/firms.json");
    out.firm_first = texts(firms.at("first"));
    out.firm_second = texts(firms.at("second"));
    out.firm_last = texts(firms.at("last"));
    out.streets = texts(firms.at("streets"));
    out.jobs = texts(firms.at("jobs"));
}

void read_goods_and_carriers(Words& out) {
    const json goods = read("words/goods.json");
    for (const json& kind : goods.at("goods")) {
        out.goods.push_back({kind.at(0), kind.at(1), kind.at(2), kind.at(3), kind.at(4), kind.at(5),
                             texts(kind.at(6))});
    }
    const json carriers = read("words/carriers.json");
    for (const json& airline : carriers.at("airlines")) {
        out.airlines.push_back({airline.at(0), airline.at(1)});
    }
    out.lines = texts(carriers.at("lines"));
    out.vessel_first = texts(carriers.at("vessel_first"));
    out.vessel_second = texts(carriers.at("vessel_second"));
}

}  // namespace

Words Words::shipped() {
    Words out;
    read_people_and_firms(out);
    read_goods_and_carriers(out);
    const json places = read("words/places.json");
    for (const json& place : places.at("places")) {
        out.places.push_back({place.at(0), place.at(1), place.at(2), place.at(3)});
    }
    const json sentences = read("words/sentences.json");
    out.opening = texts(sentences.at("opening"));
    out.middle = texts(sentences.at("middle"));
    out.closing = texts(sentences.at("closing"));
    out.where = texts(sentences.at("where"));
    out.aid = texts(sentences.at("aid"));
    return out;
}

}  // namespace entrepot::node
