#include <nlohmann/json.hpp>

#include "node/access/administration.hpp"
#include "node/audit/auditor_key.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/node_connection.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using node::AdministrationDirectory;

/// The auditor's own: whoever knows the root keys' passphrase must not read audits with it. A
/// service key seals both.
Outcome<node::Credential> auditor_credential(const Invocation& invocation) {
    node::Credential out;
    out.service_key = service_key_of(invocation);
    if (!out.service_key.empty()) {
        return out;
    }
    const std::string file = invocation.arguments.text("auditor-passphrase-file");
    TRY_ASSIGN(out.passphrase, file.empty() ? read_new_passphrase(invocation, "the auditor's key")
                                            : read_passphrase_file(file));
    return out;
}

/// By the root keys here, all that it takes.
Outcome<void> sign_and_apply(AdministrationDirectory& administration, node::EntryDraft& draft,
                             const node::Credential& credential) {
    if (const Status by_enough = administration.sign_here(draft, credential); !by_enough) {
        const Error& why = by_enough.error();
        return Error{why.code, why.context + "; when other holders must sign, add --draft FILE"};
    }
    TRY(administration.apply(draft));
    return {};
}

Outcome<int> tell_made(const Invocation& invocation, const std::string& file,
                       const crypto::BoxPublicKey& key, const std::string& roster) {
    if (invocation.console.json()) {
        invocation.console.object({{"key", file}, {"public", to_base32(key.view())}});
        return 0;
    }
    invocation.console.line(file);
    invocation.console.note("Give this file to the auditor alone. What was entered before stays "
                            "sealed to the key that was in force then.");
    if (!invocation.arguments.has("headquarters")) {
        invocation.console.note("Take the roster to headquarters before it writes anything else: "
                                "entrepot roster import " +
                                roster);
    }
    return 0;
}

/// The key is in force once enough holders have signed and the draft was applied.
Outcome<int> tell_drafted(const Invocation& invocation, const std::string& file,
                          const node::EntryDraft& draft) {
    TRY_ASSIGN(const int code, write_new_draft(invocation, draft, "draft", ""));
    invocation.console.note("Made " + file + ": give it to the auditor alone. Audits are sealed to "
                            "it once the draft was signed and applied.");
    return code;
}

/// The roster goes on from headquarters' one when that is named, and back to it.
Outcome<int> create_auditor(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    std::optional<NodeConnection> headquarters;
    if (arguments.has("headquarters")) {
        TRY_ASSIGN(auto opened, NodeConnection::open(invocation, {arguments.text("headquarters")}));
        headquarters.emplace(std::move(opened));
        TRY_ASSIGN(const Bytes roster, headquarters->worker_file({"GET", "/roster/file"}));
        TRY(administration.follow(roster));
    }
    node::Credential credential;
    if (!arguments.has("draft")) {
        TRY_ASSIGN(credential, credential_of(invocation, "the root keys"));
    }
    const std::string file = arguments.text("output", arguments.text("DIR") + "/auditor.key");
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto of_auditor, auditor_credential(invocation));
    TRY_ASSIGN(const auto key, node::make_auditor_key(file, of_auditor, entropy));
    auto draft = administration.draft_auditor(key, SystemClock());
    if (arguments.has("draft")) {
        return tell_drafted(invocation, file, draft);
    }
    if (auto signed_here = sign_and_apply(administration, draft, credential); !signed_here) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);  // nothing is sealed to it
        return signed_here.error();
    }
    if (headquarters) {
        TRY(headquarters->worker_bytes({"POST", "/roster/file"},
                                       replication::export_roster(administration.roster())));
        TRY(headquarters->close());
    }
    return tell_made(invocation, file, key, administration.roster_file().string());
}

}  // namespace

void add_auditor_commands(CommandTable& table) {
    table.push_back({"administration auditor create",
                     "make the key that audits are sealed to from now on",
                     {{"DIR", "DIR", "directory with the root keys", true},
                      {"--headquarters", "HQ_DIR", "headquarters' node: gets the longer roster"},
                      {"--draft", "FILE", "a draft for the holders of root keys to sign"},
                      {"--auditor-passphrase-file", "FILE", "the auditor's own, of the new key"},
                      {"-o,--output", "FILE", "key file to write (DIR/auditor.key)"}},
                     create_auditor});
}

}  // namespace entrepot::tools
