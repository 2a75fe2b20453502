#include "tools/commands/status_text.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

json member(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() ? *found : json();
}

std::string number(const json& object, const char* name) {
    const json value = member(object, name);
    return value.is_number() ? value.dump() : "";
}

std::string size_text(const json& bytes) {
    constexpr std::array<const char*, 4> units{"B", "KiB", "MiB", "GiB"};
    double size = bytes.is_number() ? bytes.get<double>() : 0;
    std::size_t unit = 0;
    while (size >= 1024 && unit + 1 < units.size()) {
        size /= 1024;
        ++unit;
    }
    const auto tenths = static_cast<long>(size * 10 + 0.5);
    return std::to_string(tenths / 10) + (unit == 0 ? "" : "." + std::to_string(tenths % 10)) +
           " " + units.at(unit);
}

std::string state_text(const json& status) {
    if (!status.value("running", true)) {
        return "not running (asked through a temporary one)";
    }
    if (!status.value("opened", false)) {
        return "running, locked since its start: 'entrepot unlock' lets it work";
    }
    const json standing = member(status, "standing");
    if (standing.is_object() && standing.value("unlocked", false)) {
        return "running, unlocked by " + text_member(standing, "officer");
    }
    return "running, locked: it relays and receives, and shows no record";
}

void add_known(Table& table, const std::string& label, const std::string& value) {
    if (!value.empty()) {
        table.add({label, value});
    }
}

/// Of what this node wrote, what no headquarters has given a receipt for.
std::string delivery_text(const json& status) {
    const json delivery = member(status, "delivery");
    if (!delivery.is_object()) {
        return "";
    }
    const auto own = delivery.value("own_commits", std::uint64_t{0});
    const auto there = delivery.value("at_headquarters", std::uint64_t{0});
    if (own == 0) {
        return "";
    }
    return own == there ? "all " + std::to_string(own) + " own commits are at headquarters"
                        : std::to_string(own - there) + " of " + std::to_string(own) +
                              " own commits are here only";
}

void print_counts(Console& console, const json& standing) {
    Table table({"compartment", "database", "records", "conflicts"});
    for (const json& count : member(standing, "counts")) {
        const std::string name = text_member(count, "name");
        table.add({name.empty() ? text_member(count, "compartment") : name,
                   text_member(count, "database"), number(count, "records"),
                   number(count, "conflicts")});
    }
    if (!table.empty()) {
        table.print(console);
    }
}

void print_failures(Console& console, const json& status) {
    for (const json& dial : member(status, "dialled")) {
        if (!dial.value("connected", false)) {
            console.line("not connected  " + text_member(dial, "address") + "  " +
                         text_member(dial, "last_failure"));
        }
    }
    for (const json& failure : member(status, "failures")) {
        console.line("last failure   " + text_member(failure, "peer") + "  " +
                     text_member(failure, "code") + ": " + text_member(failure, "context"));
    }
}

/// Of the link, and of the worker when there is one.
bool is_denied(const json& status, const json& standing, const char* name) {
    return member(status, name) == json(false) || member(standing, name) == json(false);
}

void add_warnings(Table& table, const json& status, const json& standing) {
    if (is_denied(status, standing, "secrets_locked")) {
        table.add({"warning", "the system does not let secrets be locked in memory (ulimit -l)"});
    }
    if (is_denied(status, standing, "hardened")) {
        table.add({"warning", "core dumps and debuggers could not be turned off"});
    }
    const std::string stopped = number(status, "stopped_forks");
    if (!stopped.empty() && stopped != "0") {
        table.add({"ALERT", stopped + " log(s) with two commits of one number, from a copied or "
                                      "restored disk, take nothing more: 'entrepot forks', then "
                                      "headquarters settles"});
    }
    if (text_member(status, "reserve") == "given up") {
        table.add(
            {"warning", "the disk is full: records are taken in and not shown; free some space"});
    }
    const std::string older = text_member(standing, "older_log");
    if (!older.empty()) {
        table.add({"ALERT", older + "; what this node wrote after it is here only if a peer brings "
                                    "it back, and the node goes on in new logs: ask who had "
                                    "this disk"});
    }
    const std::string damage = text_member(standing, "views_damage");
    if (!damage.empty()) {
        table.add({"warning", "the views were damaged and made anew from the log: " + damage});
    }
}

/// Compartments that were taken from the node, and what it keeps of its own there.
std::string withdrawn_text(const json& status) {
    std::uint64_t kept = 0;
    const json withdrawn = member(status, "withdrawn");
    for (const json& each : withdrawn) {
        kept += each.value("kept_aside", std::uint64_t{0});
    }
    return withdrawn.empty() ? ""
                             : std::to_string(withdrawn.size()) + " compartments" +
                                   (kept == 0 ? "" : ", " + std::to_string(kept) +
                                                         " commits kept for headquarters");
}

/// Nothing when every order is carried out here.
std::string erasures_text(const json& status) {
    const json erasures = member(status, "erasures");
    if (!erasures.is_object()) {
        return "";
    }
    const auto ordered = erasures.value("ordered", std::uint64_t{0});
    const auto done = erasures.value("done", std::uint64_t{0});
    return ordered == done ? ""
                           : "carried out up to roster entry " + std::to_string(done) + " of " +
                                 std::to_string(ordered);
}

}  // namespace

void print_peers(Console& console, const json& status) {
    Table table(
        {"peer", "direction", "state", "in sync", "commits in", "commits out", "received", "sent"});
    for (const json& peer : member(status, "peers")) {
        const std::string name = text_member(peer, "unit_name");
        table.add({name.empty() ? text_member(peer, "node").substr(0, 8) : name,
                   text_member(peer, "direction"), text_member(peer, "state"),
                   peer.value("in_sync", false) ? "yes" : "no", number(peer, "commits_in"),
                   number(peer, "commits_out"), size_text(member(peer, "bytes_in")),
                   size_text(member(peer, "bytes_out"))});
    }
    if (table.empty()) {
        console.line("no peer is connected");
    } else {
        table.print(console);
    }
}

void print_status(Console& console, const json& status) {
    const json standing = member(status, "standing");
    Table table;
    table.add({"node", state_text(status)});
    add_known(table, "name", text_member(status, "name"));
    add_known(table, "kind", text_member(status, "kind"));
    add_known(table, "id", text_member(status, "node"));
    add_known(table, "listens at", text_member(status, "listen"));
    add_known(table, "roster", number(member(status, "roster"), "length"));
    add_known(table, "commits", number(status, "commits"));
    add_known(table, "delivery", delivery_text(status));
    add_known(table, "log", status.contains("log_bytes") ? size_text(status["log_bytes"]) : "");
    for (const char* name : {"waiting", "quarantined", "stalled"}) {
        add_known(table, name, number(standing, name));
    }
    if (const std::string held = number(standing, "uncounted"); !held.empty() && held != "0") {
        add_known(table, "uncounted", held + " commits; 'entrepot quarantine' tells why");
    }
    for (const char* name : {"aside", "forks", "refused_strangers"}) {
        const std::string count = number(status, name);
        add_known(table, name, count == "0" ? "" : count);
    }
    add_known(table, "withdrawn", withdrawn_text(status));
    add_known(table, "erasures", erasures_text(status));
    add_known(table, "paused", text_member(status, "paused"));
    add_warnings(table, status, standing);
    table.print(console);
    print_counts(console, standing);
    if (status.value("opened", false)) {
        print_peers(console, status);
    }
    print_failures(console, status);
}

void print_compartments(Console& console, const json& compartments) {
    Table table({"compartment", "database", "right", "id", "shared with"});
    for (const json& compartment : member(compartments, "compartments")) {
        std::string nodes;
        for (const json& node : member(compartment, "nodes")) {
            const std::string name = text_member(node, "name");
            nodes += (nodes.empty() ? "" : ", ") +
                     (name.empty() ? text_member(node, "node").substr(0, 8) : name);
        }
        table.add({text_member(compartment, "name") +
                       (compartment.value("default", false) ? " (default)" : ""),
                   text_member(compartment, "database"), text_member(compartment, "right"),
                   text_member(compartment, "id"), nodes});
    }
    if (!table.empty()) {
        table.print(console);
    }
}

void print_roster(Console& console, const json& roster) {
    Table heading;
    add_known(heading, "country", text_member(roster, "country"));
    add_known(heading, "entries", number(roster, "length"));
    add_known(heading, "administration", text_member(roster, "administration"));
    heading.print(console);
    if (const auto words = text_member(roster, "fingerprint"); !words.empty()) {
        console.line("root fingerprint  " + words);
    }
    if (const auto pin = text_member(roster, "pin"); pin != text_member(roster, "root")) {
        console.line("a partner pins    " + pin);
    }
    Table table({"node", "kind", "name", "unit", ""});
    for (const json& node : member(roster, "nodes")) {
        table.add({text_member(node, "node"), text_member(node, "kind"), text_member(node, "name"),
                   text_member(node, "unit"), node.value("revoked", false) ? "REVOKED" : ""});
    }
    table.print(console);
    print_compartments(console, roster);
}

}  // namespace entrepot::tools
