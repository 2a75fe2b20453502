#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "node/databases/json_text.hpp"
#include "node/databases/shipped.hpp"
#include "tools/commands/files/fresh_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/files/input.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/progress_bar.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

inline constexpr ErrorCode import_mapping{"import.mapping", ErrorKind::invalid_input};
inline constexpr ErrorCode import_unreadable{"import.unreadable", ErrorKind::invalid_input};

constexpr std::size_t chunk_size = std::size_t{1} << 20;
constexpr std::size_t shown_problems = 20;

std::string shipped_mappings() {
    constexpr std::string_view folder = "mappings/";
    std::string out;
    for (const auto& file : node::shipped_files()) {
        if (file.name.starts_with(folder)) {
            const auto name = file.name.substr(folder.size());
            out += (out.empty() ? "" : ", ") + std::string(name.substr(0, name.rfind('.')));
        }
    }
    return out;
}

/// A file, or the name of a mapping that comes with the program.
Outcome<json> mapping_of(const std::string& map) {
    std::error_code failed;
    std::string text;
    if (std::filesystem::exists(map, failed)) {
        TRY_ASSIGN(text, node::read_text_file(map, import_mapping));
    } else {
        text = node::shipped_file("mappings/" + map + ".json");
    }
    if (text.empty()) {
        return Error{import_mapping, "no mapping file '" + map + "', and none of that name comes " +
                                         "with the program: " + shipped_mappings()};
    }
    TRY_ASSIGN(json out, node::parse_json(text, map, import_mapping));
    return out;
}

/// What is imported, and how its rows become records.
struct Source {
    std::string file;
    json mapping;  ///< a mapping, or the name of a database: documents in the form of `put`
};

/// "FILE" or "DATABASE FILE"; without a mapping the rows are documents of that database.
Outcome<Source> source_of(const Arguments& arguments) {
    const auto words = arguments.all("FILE");
    if (!arguments.has("map")) {
        if (words.size() != 2) {
            return Error{usage_wrong,
                         "import DATABASE FILE takes documents, one a line; else give --map"};
        }
        return Source{words.back(), words.front()};
    }
    TRY_ASSIGN(json mapping, mapping_of(arguments.text("map")));
    const std::string database = text_member(mapping, "database");
    if (words.size() > 2 || (words.size() == 2 && words.front() != database)) {
        return Error{usage_wrong, "import [DATABASE] FILE: this mapping is for " + database};
    }
    return Source{words.back(), std::move(mapping)};
}

class RowSource {
public:
    static Outcome<RowSource> open(Console& console, const std::string& path) {
        RowSource out(console);
        if (path == "-") {
            return out;
        }
        out.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
        std::error_code failed;
        if (!*out.file_ || std::filesystem::is_directory(path, failed)) {
            return Error{import_unreadable, path + ": cannot be read"};
        }
        out.size_ = std::filesystem::file_size(path, failed);
        return out;
    }
    /// 0 when it is not known.
    std::uint64_t size() const { return size_; }
    /// The next chunk; empty at the end.
    Outcome<Bytes> next() {
        std::istream& in = file_ ? *file_ : console_.in();
        Bytes chunk(chunk_size);
        in.read(reinterpret_cast<char*>(chunk.data()), static_cast<std::streamsize>(chunk.size()));
        if (in.bad()) {
            return Error{import_unreadable, "the input broke off while it was read"};
        }
        chunk.resize(static_cast<std::size_t>(in.gcount()));
        return chunk;
    }

private:
    explicit RowSource(Console& console) : console_(console) {}
    Console& console_;
    std::unique_ptr<std::ifstream> file_;
    std::uint64_t size_ = 0;
};

Outcome<void> send_rows(const Invocation& invocation, NodeConnection& node, const std::string& path,
                        RowSource& source) {
    ProgressBar bar(invocation.console, source.size());
    std::uint64_t sent = 0;
    while (true) {
        TRY_ASSIGN(const Bytes chunk, source.next());
        if (chunk.empty()) {
            return {};
        }
        TRY_ASSIGN(const json answer, node.worker_bytes({"POST", path + "/rows"}, chunk));
        sent += chunk.size();
        bar.show(sent, std::to_string(answer.value("rows", 0)) + " rows, " +
                           std::to_string(answer.value("confirmed", 0)) + " records kept");
    }
}

std::string cell(const json& problem, const char* name) {
    const auto found = problem.find(name);
    if (found == problem.end() || found->is_null()) {
        return "";
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

void print_report(Console& console, const json& report) {
    Table counts;
    for (const char* name : {"rows", "records", "added", "already_here"}) {
        if (report.contains(name)) {
            counts.add(
                {name == std::string("already_here") ? "already here" : name, cell(report, name)});
        }
    }
    const json problems = report.value("problems", json::array());
    counts.add({"problems", std::to_string(problems.size())});
    counts.print(console);
    Table table({"row", "column", "value", "why"});
    for (std::size_t i = 0; i < problems.size() && i < shown_problems; ++i) {
        const json& problem = problems[i];
        table.add({cell(problem, "row"), cell(problem, "column"), cell(problem, "value"),
                   cell(problem, "why")});
    }
    if (!table.empty()) {
        table.print(console, 2);
    }
    if (problems.size() > shown_problems) {
        console.line("  … " + std::to_string(problems.size() - shown_problems) +
                     " more; --json shows all, --mend FILE keeps the rows");
    }
}

Outcome<int> import(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const Source what, source_of(arguments));
    if (arguments.has("mend")) {
        TRY(check_free(arguments.text("mend")));
    }
    TRY_ASSIGN(RowSource source, RowSource::open(invocation.console, what.file));
    TRY_ASSIGN(const auto directory, node_of(invocation));
    TRY_ASSIGN(auto node, NodeConnection::open(invocation, {directory}));
    json wish{{"mapping", what.mapping}, {"dry_run", arguments.has("dry-run")}};
    if (arguments.has("compartment")) {
        wish["compartment"] = arguments.text("compartment");
    }
    TRY_ASSIGN(const json started, node.worker({"POST", "/imports"}, wish));
    const std::string path = "/imports/" + node::percent_encode(text_member(started, "import"));
    TRY(send_rows(invocation, node, path, source));
    TRY_ASSIGN(json report, node.worker({"POST", path + "/finish"}));
    const std::string mend = text_member(report, "mend");
    report.erase("mend");
    if (arguments.has("mend") && !mend.empty()) {
        TRY(node::write_file(arguments.text("mend"), as_bytes(mend)));
    }
    invocation.console.json() ? invocation.console.object(report)
                              : print_report(invocation.console, report);
    TRY(node.close());
    const bool all_fit = report.value("problems", json::array()).empty();
    if (!all_fit) {
        invocation.console.note("some rows did not fit; everything else was imported");
    }
    return all_fit ? 0 : exit_code(ErrorKind::invalid_input);
}

}  // namespace

void add_import_commands(CommandTable& table) {
    table.push_back({"import",
                     "take in a CSV or NDJSON file; ends with 2 when some rows did not fit",
                     {{"FILE", "FILE", "[DATABASE] FILE; '-' reads standard input", true, true},
                      {"--map", "MAP",
                       "mapping file, or the name of a shipped one; without it the lines "
                       "are documents as 'put' takes them"},
                      {"--compartment", "NAME", "where the records go (the unit's own)"},
                      {"--dry-run", "", "report only; keep nothing"},
                      {"--mend", "FILE", "write the rows that did not fit, to be mended"}},
                     import});
}

}  // namespace entrepot::tools
