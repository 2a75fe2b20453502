// Bundles: what a courier takes along, in one file. The command owns the file and passes its bytes
// through the link's socket, so that the node opens no path that somebody names.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>

#include "node/databases/json_text.hpp"
#include "tools/commands/bundle/receivers.hpp"
#include "tools/commands/files/fresh_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/terminal/progress_bar.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::text_member;

constexpr std::size_t chunk_size = std::size_t{1} << 20;

/// Locked or not: the link does it.
Outcome<NodeConnection> open_link(const Invocation& invocation) {
    TRY_ASSIGN(const auto directory, node_of(invocation));
    ConnectionWish wish{directory};
    wish.worker = false;
    TRY_ASSIGN(auto out, NodeConnection::open(invocation, wish));
    if (out.is_temporary()) {
        TRY(out.reach_worker(invocation));
    }
    return out;
}

std::string counted(std::uint64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::uint64_t number(const json& object, const char* name) {
    return object.value(name, std::uint64_t{0});
}

// --- export -------------------------------------------------------------------------------------

Outcome<void> fetch(const Invocation& invocation, NodeConnection& node, const std::string& id,
                    FreshFile& file) {
    ProgressBar bar(invocation.console, 0);
    while (true) {
        TRY_ASSIGN(const Bytes piece,
                   node.link_file({"POST", "/bundles/exports/" + id + "/piece"}));
        if (piece.empty()) {
            break;
        }
        TRY(file.write(piece));
        bar.show(0, std::to_string(file.size() / 1024) + " KiB");
    }
    TRY(file.finish());
    return {};
}

Result<FreshFile> begin_file(const Invocation& invocation, const std::string& path) {
    return FreshFile::begin(path, invocation.arguments.has("replace")
                                      ? FreshFile::Existing::replace
                                      : FreshFile::Existing::refuse);
}

/// What was written, as JSON.
Outcome<json> write_bundle(const Invocation& invocation, NodeConnection& node, FreshFile& file,
                           const json& wish) {
    TRY_ASSIGN(json begun, node.link({"POST", "/bundles/exports"}, wish));
    TRY(fetch(invocation, node, text_member(begun, "export"), file));
    begun.erase("export");
    begun["file"] = file.path().string();
    begun["bytes"] = file.size();
    return begun;
}

Outcome<int> write_and_tell(const Invocation& invocation, bool only_receipts) {
    const std::string path = invocation.arguments.text("FILE");
    TRY_ASSIGN(auto file, begin_file(invocation, path));
    TRY_ASSIGN(auto node, open_link(invocation));
    const json wish{{"to", receivers_of(node, invocation.arguments.all("to"))},
                    {"all", invocation.arguments.has("all")},
                    {"receipts", only_receipts}};
    TRY_ASSIGN(const json written, write_bundle(invocation, node, file, wish));
    TRY(node.close());
    if (invocation.console.json()) {
        invocation.console.object(written);
        return 0;
    }
    const std::size_t nodes = written.value("to", json::array()).size();
    invocation.console.line(path);
    invocation.console.note((only_receipts ? "receipts" : counted(number(written, "commits"),
                                                                  "commit")) +
                            " for " + counted(nodes, "node") + ", sealed to nobody else");
    const std::uint64_t beyond = number(written, "beyond_cuts");
    if (beyond > 0) {
        invocation.console.note(counted(beyond, "commit") +
                                " among them beyond a cut, for headquarters to admit");
    }
    return 0;
}

Outcome<int> export_bundle(const Invocation& invocation) {
    return write_and_tell(invocation, false);
}

Outcome<int> write_receipt(const Invocation& invocation) {
    return write_and_tell(invocation, true);
}

// --- import -------------------------------------------------------------------------------------

/// The file with the bundle, or standard input.
class BundleFile {
public:
    static Outcome<BundleFile> open(const std::string& path) {
        BundleFile out(path);
        out.file_ = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat found {};
        if (out.file_ < 0 || ::fstat(out.file_, &found) != 0) {
            return out.failed();
        }
        if (S_ISDIR(found.st_mode)) {
            errno = EISDIR;
            return out.failed();
        }
        out.size_ = S_ISREG(found.st_mode) ? static_cast<std::uint64_t>(found.st_size) : 0;
        return out;
    }
    BundleFile(BundleFile&& other) noexcept
        : path_(std::move(other.path_)),
          file_(std::exchange(other.file_, -1)),
          size_(other.size_) {}
    BundleFile& operator=(BundleFile&&) = delete;
    ~BundleFile() {
        if (file_ >= 0) {
            ::close(file_);
        }
    }

    /// 0 when it is not known.
    std::uint64_t size() const { return size_; }
    /// The next bytes; none at the end.
    Outcome<Bytes> next() {
        Bytes out(chunk_size);
        std::size_t filled = 0;
        while (filled < out.size()) {
            const ssize_t got = ::read(file_, out.data() + filled, out.size() - filled);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return failed();
            }
            if (got == 0) {
                break;
            }
            filled += static_cast<std::size_t>(got);
        }
        out.resize(filled);
        return out;
    }

private:
    explicit BundleFile(std::string path) : path_(std::move(path)) {}
    Error failed() const {
        return {node::file_unreadable,
                path_ + ": " + std::error_code(errno, std::generic_category()).message()};
    }
    std::string path_;
    int file_ = -1;
    std::uint64_t size_ = 0;
};

Outcome<json> send(const Invocation& invocation, NodeConnection& node, BundleFile& file) {
    TRY_ASSIGN(const json begun, node.link({"POST", "/bundles/imports"}));
    const std::string route = "/bundles/imports/" + text_member(begun, "import");
    ProgressBar bar(invocation.console, file.size());
    std::uint64_t sent = 0;
    while (true) {
        TRY_ASSIGN(const Bytes chunk, file.next());
        if (chunk.empty()) {
            break;
        }
        TRY_ASSIGN(const json standing, node.link_bytes({"POST", route + "/bytes"}, chunk));
        sent += chunk.size();
        bar.show(sent, counted(number(standing, "added"), "new commit"));
        if (standing.value("ended", false)) {
            break;
        }
    }
    return node.link({"POST", route + "/finish"});
}

void print_report(Console& console, const json& report) {
    Table table;
    const std::pair<const char*, const char*> rows[] = {
        {"added", "new commits"},
        {"already_here", "already here"},
        {"waiting", "waiting for earlier ones"},
        {"no_room", "no room to wait"},
        {"quarantined", "in quarantine, beyond a cut"},
        {"stopped", "of forked logs, not taken"},
        {"not_carried", "not for this node"},
        {"refused", "refused"},
        {"receipts", "new receipts"},
        {"roster_entries", "new roster entries"}};
    for (const auto& [name, label] : rows) {
        const std::uint64_t count = number(report, name);
        if (count > 0 || std::string_view(name) == "added") {
            table.add({label, std::to_string(count)});
        }
    }
    table.print(console);
    for (const json& log : report.value("missing", json::array())) {
        console.line("missing  log " + text_member(log, "log") + " of node " +
                     text_member(log, "node") + ", commits " +
                     std::to_string(number(log, "from")) + " to " +
                     std::to_string(number(log, "to")));
    }
    if (number(report, "quarantined") > 0) {
        console.note("'entrepot quarantine' lists them; headquarters may admit them");
    }
    if (report.value("sender_revoked", false)) {
        console.note("the node that made this bundle is revoked, and gets no receipt");
    }
}

Outcome<void> answer_sender(const Invocation& invocation, NodeConnection& node, FreshFile& file,
                            json& report) {
    const std::string sender = text_member(report, "sender");
    if (sender.empty() || report.value("sender_revoked", false)) {
        return {};
    }
    const json wish{{"to", {sender}}, {"receipts", true}};
    TRY_ASSIGN(report["receipt"], write_bundle(invocation, node, file, wish));
    if (!invocation.console.json()) {
        invocation.console.line(file.path().string());
    }
    return {};
}

Outcome<int> import_bundle(const Invocation& invocation) {
    TRY_ASSIGN(auto file, BundleFile::open(invocation.arguments.text("FILE")));
    std::optional<FreshFile> receipt;
    if (invocation.arguments.has("receipt")) {
        TRY_ASSIGN(auto begun, begin_file(invocation, invocation.arguments.text("receipt")));
        receipt.emplace(std::move(begun));
    }
    TRY_ASSIGN(auto node, open_link(invocation));
    TRY_ASSIGN(json report, send(invocation, node, file));
    const json problem = report.value("problem", json());
    if (!invocation.console.json()) {
        print_report(invocation.console, report);
    }
    const auto answered =
        receipt ? answer_sender(invocation, node, *receipt, report) : Outcome<void>();
    TRY(node.close());
    if (invocation.console.json()) {
        invocation.console.object(report);
    }
    if (problem.is_object()) {
        return Failure(node::RemoteError{text_member(problem, "code"),
                                         text_member(problem, "detail"),
                                         problem.value("status", 500U)});
    }
    TRY(answered);
    return 0;
}

Option to_option(const std::string& otherwise) {
    return {"--to", "NODE[,NODE…]",
            "unit, node id or 'headquarters', 16 nodes at most (" + otherwise + ")", false, true};
}
Option replace_option() {
    return {"--replace", "", "write over a file that is there"};
}

}  // namespace

void add_bundle_commands(CommandTable& table) {
    table.push_back({"bundle export",
                     "write what others lack to a file, sealed to them, for a courier",
                     {{"FILE", "FILE", "file to write", true},
                      to_option("headquarters"),
                      {"--all", "", "also what their receipts say they have"},
                      replace_option()},
                     export_bundle});
    table.push_back({"bundle import",
                     "take in a bundle that a courier brought; twice adds nothing twice",
                     {{"FILE", "FILE", "bundle; '-' reads standard input", true},
                      {"--receipt", "FILE", "write the receipts that go back to its sender"},
                      replace_option()},
                     import_bundle});
    table.push_back({"bundle receipt",
                     "write what this node holds, to go back with the courier",
                     {{"FILE", "FILE", "file to write", true},
                      to_option("those whose bundles came in since it was unlocked"),
                      replace_option()},
                     write_receipt});
}

}  // namespace entrepot::tools
