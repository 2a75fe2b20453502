#include <nlohmann/json.hpp>

#include "node/access/installation.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "tools/commands/administration/compare_code.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/qr_code.hpp"

namespace entrepot::tools {
namespace {

/// The request of a node's directory, as long as it has not been answered; made anew on demand.
Outcome<std::string> request_file(const Invocation& invocation) {
    std::filesystem::path directory = invocation.arguments.text("DIR");
    if (directory.empty()) {
        TRY_ASSIGN(directory, node_of(invocation));
    }
    TRY_ASSIGN(const auto opened, node::NodeDirectory::open(directory));
    if (invocation.arguments.has("renew")) {
        TRY_ASSIGN(const auto credential, credential_of(invocation, "this node"));
        crypto::SystemEntropy entropy;
        TRY(node::renew_request(opened, credential, SystemClock(), entropy));
    }
    return opened.request().string();
}

Outcome<void> write_image(const QrCode& code, const std::string& path) {
    if (path.ends_with(".svg")) {
        TRY(node::write_file(path, as_bytes(code.svg())));
        return {};
    }
    if (path.ends_with(".png")) {
        TRY(node::write_file(path, code.png()));
        return {};
    }
    return Error{usage_wrong,
                 "--image writes a file that ends in .svg or .png, not '" + path + "'"};
}

Outcome<int> show_request(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const std::string file, request_file(invocation));
    TRY_ASSIGN(const Bytes request, read_request(file));
    const std::string text = replication::request_text(request);
    const std::string code = replication::request_code(request);
    TRY_ASSIGN(const auto qr, QrCode::of(text));
    if (arguments.has("image")) {
        TRY(write_image(qr, arguments.text("image")));
    }
    if (invocation.console.json()) {
        invocation.console.object({{"request", file}, {"text", text}, {"code", code}});
        return 0;
    }
    if (!arguments.has("image") && !arguments.has("text")) {
        for (const std::string& line : qr.lines()) {
            invocation.console.line(line);
        }
    }
    if (arguments.has("text")) {
        invocation.console.line(text);
    }
    invocation.console.note("code  " + code);
    invocation.console.note("Headquarters reads the QR code or the text into a file, compares the "
                            "code by telephone, and enrols from that file.");
    return 0;
}

}  // namespace

void add_request_commands(CommandTable& table) {
    table.push_back({"node request",
                     "show a new node's request as a QR code, for headquarters to read",
                     {{"DIR", "DIR", "the node's directory (or --node)"},
                      {"--image", "FILE", "writes it as .svg or .png instead"},
                      {"--text", "", "prints the text that the QR code holds"},
                      {"--renew", "", "makes another one, for a node that is not enrolled"}},
                     show_request});
}

}  // namespace entrepot::tools
