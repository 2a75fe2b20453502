// Words: the lists of node/generate/words, read once for a generator.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/result.hpp"

namespace entrepot::node {

struct Culture {
    std::vector<std::string> countries, female, male, family;
    std::string script;
};
struct NamedPlace {
    std::string country, name, code, kind;
};
struct GoodsKind {
    std::string category, type, unit;
    double least = 0, most = 0;
    std::uint32_t digits = 0;
    std::vector<std::string> descriptions;
};
struct Airline {
    std::string name, code;
};

struct Words {
    std::vector<Culture> cultures;
    std::vector<NamedPlace> places;
    std::vector<GoodsKind> goods;
    std::vector<Airline> airlines;
    std::vector<std::string> lines, vessel_first, vessel_second;
    std::vector<std::string> opening, middle, closing, where, aid;
    std::vector<std::string> firm_first, firm_second, firm_last, streets, jobs;

    /// The shipped lists; a list that is not as it should be is a broken invariant of the build.
    static Words shipped();
};

}  // namespace entrepot::node
