#include "node/headquarters/cuts.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::CommitNumber;
using replication::Cut;

constexpr std::size_t least_prefix = 6;  ///< characters of a log's id that name it

struct WantedCut {
    std::string log;
    CommitNumber number;
};

Result<WantedCut> read_wanted(const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    const auto colon = text.find(':');
    WantedCut out{text.substr(0, colon), {}};
    const char* first = text.data() + (colon == std::string::npos ? text.size() : colon + 1);
    const char* last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(first, last, out.number.value);
    if (colon == std::string::npos || colon < least_prefix || failed != std::errc() ||
        end != last) {
        return Error{cut_malformed, "a cut is LOG:NUMBER, LOG the first six or more characters of "
                                    "a log's id, not '" + text + "'"};
    }
    return out;
}

/// Moves one of the plan to where it is wanted.
Status apply(Desk& desk, const WantedCut& wanted, std::vector<PlannedCut>& plan) {
    const auto found = std::find_if(plan.begin(), plan.end(), [&](const PlannedCut& each) {
        return to_base32(each.cut.log.view()).starts_with(wanted.log);
    });
    if (found == plan.end()) {
        return Error{cut_unknown_log, "no log '" + wanted.log + "' of that node is held here"};
    }
    if (wanted.number.value == 0) {
        found->cut = {found->cut.log, {}, {}};
        return {};
    }
    TRY_ASSIGN(const auto held, desk.log().find(found->cut.log, wanted.number));
    if (!held) {
        return Error{cut_not_held, "commit " + std::to_string(wanted.number.value) + " of log " +
                                       wanted.log + " is not held here, only up to " +
                                       std::to_string(found->held.value)};
    }
    found->cut = {found->cut.log, wanted.number, held->hash};
    return {};
}

}  // namespace

Result<std::vector<PlannedCut>> plan_cuts(
    Desk& desk, const replication::NodeId& node, const json& wanted,
    const std::optional<replication::CompartmentId>& compartment) {
    TRY_ASSIGN(const auto heads, desk.log().heads());
    std::vector<PlannedCut> out;
    for (const auto& [log, head] : heads.all()) {
        const bool is_meant = !compartment || head.descriptor.compartment == *compartment;
        if (head.descriptor.node != node || !is_meant) {
            continue;
        }
        const auto stands = desk.roster().cut_of(head.descriptor);
        out.push_back({head.descriptor,
                       stands ? *stands : Cut{log, head.number, head.hash},
                       head.number});
    }
    for (const json& each : wanted.is_array() ? wanted : json::array()) {
        TRY_ASSIGN(const WantedCut cut, read_wanted(each));
        TRY(apply(desk, cut, out));
    }
    return out;
}

std::vector<Cut> cuts_to_name(const Desk& desk, const std::vector<PlannedCut>& plan) {
    std::vector<Cut> out;
    for (const PlannedCut& each : plan) {
        const auto stands = desk.roster().cut_of(each.log);
        const bool is_same =
            stands && stands->number == each.cut.number && stands->hash == each.cut.hash;
        if (each.cut.number.value > 0 && !is_same) {
            out.push_back(each.cut);
        }
    }
    return out;
}

json cuts_json(const Desk& desk, const std::vector<PlannedCut>& plan) {
    json out = json::array();
    for (const PlannedCut& each : plan) {
        out.push_back({{"log", to_base32(each.cut.log.view())},
                       {"compartment", to_base32(each.log.compartment.view())},
                       {"name", compartment_name(desk, each.log.compartment)},
                       {"number", each.cut.number.value},
                       {"held", each.held.value}});
    }
    return out;
}

}  // namespace entrepot::node
