#include <nlohmann/json.hpp>

#include "crypto/words.hpp"
#include "node/access/administration.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/administration/headquarters_rosters.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::AdministrationDirectory;

inline constexpr ErrorCode roots_key{"roots.key", ErrorKind::invalid_input};

Outcome<int> sign(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string path = arguments.text("DRAFT");
    TRY_ASSIGN(auto draft, read_draft(path));
    TRY(confirm(invocation, describe_draft(draft), "Sign this?"));
    TRY_ASSIGN(const auto credential, credential_of(invocation, arguments.text("key")));
    TRY_ASSIGN(const auto key, node::open_root_key(arguments.text("key"), credential));
    TRY(draft.sign(key));
    return write_draft(invocation, draft, arguments.text("output", path));
}

/// Who was certified, if that is what the entry did.
const replication::NodeCertificate* certified(const node::EntryDraft& draft) {
    return std::get_if<replication::NodeCertificate>(&draft.entry().content);
}

Outcome<json> finish(const Invocation& invocation, const AdministrationDirectory& administration,
                     const node::EntryDraft& draft) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(const std::string partner, administration.outer_country(draft));
    TRY_ASSIGN(const auto outer,
               partner.empty() ? Result<replication::Roster>(administration.roster())
                               : administration.outer_roster(partner));
    const auto file = partner.empty() ? administration.roster_file()
                                      : administration.outer_file(partner);
    json out{{"length", outer.length().value}, {"roster", file.string()}};
    if (arguments.has("headquarters")) {
        TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
        TRY(headquarters.worker_bytes({"POST", "/roster/file"},
                                      replication::export_roster(administration.roster())));
        if (!partner.empty()) {
            TRY(headquarters.worker_bytes({"POST", "/roster/file"},
                                          replication::export_roster(outer)));
        }
        TRY(headquarters.close());
    }
    const auto* certificate = partner.empty() ? certified(draft) : nullptr;
    if (certificate != nullptr) {
        crypto::SystemEntropy entropy;
        TRY_ASSIGN(const Bytes join, replication::make_join(administration.roster(),
                                                            certificate->identity.id(), entropy));
        const std::string to =
            arguments.text("output", arguments.all("DRAFT").front() + ".join");
        TRY(node::write_file(to, join));
        out["join"] = to;
    }
    return out;
}

Outcome<void> follow_named(const Invocation& invocation, AdministrationDirectory& administration) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY(follow_headquarters(administration, headquarters));
    TRY(headquarters.close());
    return {};
}

/// Outer rosters follow a change of root keys one by one.
void tell_partners(const Invocation& invocation, const AdministrationDirectory& administration,
                   const node::EntryDraft& draft) {
    const auto& home = administration.roster();
    if (draft.administration() != home.administration() ||
        !std::holds_alternative<replication::RootChange>(draft.entry().content)) {
        return;
    }
    for (const auto& partner : home.partners()) {
        if (partner.in_force) {
            invocation.console.note(
                "Now the roster shared with " + partner.country +
                ", signed by the keys that leave too: entrepot administration partner DIR " +
                partner.country + " " + to_base32(partner.fingerprint.view()));
        }
    }
}

Outcome<int> apply(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    const auto files = arguments.all("DRAFT");
    TRY_ASSIGN(auto draft, read_draft(files.front()));
    for (const std::string& file : files) {
        TRY_ASSIGN(const auto copy, read_draft(file));
        TRY(draft.merge(copy));
    }
    if (arguments.has("headquarters")) {  // whose roster may have grown since
        TRY(follow_named(invocation, administration));
    }
    TRY(administration.apply(draft));
    TRY_ASSIGN(const json out, finish(invocation, administration, draft));
    if (invocation.console.json()) {
        invocation.console.object(out);
        return 0;
    }
    for (const std::string& line : node::describe_entry(draft.entry(), draft.roots())) {
        invocation.console.note("done: " + line);
    }
    invocation.console.line(out.contains("join") ? out["join"].get<std::string>()
                                                 : out["roster"].get<std::string>());
    tell_partners(invocation, administration, draft);
    if (!arguments.has("headquarters")) {
        invocation.console.note("Take the roster to headquarters: entrepot roster import " +
                                out["roster"].get<std::string>());
    }
    return 0;
}

Outcome<int> passphrase(const Invocation& invocation) {
    const std::string file = invocation.arguments.text("KEY");
    TRY_ASSIGN(const auto held, credential_of(invocation, file));
    node::Credential fresh;
    TRY_ASSIGN(fresh.passphrase, read_new_passphrase(invocation, file));
    crypto::SystemEntropy entropy;
    TRY(node::reseal_key_file(file, held, fresh, entropy));
    if (invocation.console.json()) {
        invocation.console.object({{"key", file}});
    }
    invocation.console.note("Copies of " + file + " elsewhere still open with the old passphrase.");
    return 0;
}

Outcome<int> make_key(const Invocation& invocation) {
    const std::string file = invocation.arguments.text("FILE");
    node::Credential credential{{}, service_key_of(invocation)};
    if (credential.service_key.empty()) {
        TRY_ASSIGN(credential.passphrase, read_passphrase(invocation, file, PassphraseUse::fresh));
    }
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto key, node::make_root_key(file, credential, entropy));
    const std::string text = to_base32(key.public_key().view());
    if (invocation.console.json()) {
        invocation.console.object({{"key", file}, {"public", text}});
        return 0;
    }
    invocation.console.line(text);
    invocation.console.note("Give this public key to whoever drafts the change of root keys; it "
                            "joins once its draft was signed, also with " + file + ".");
    return 0;
}

Outcome<int> show(const Invocation& invocation) {
    TRY_ASSIGN(const auto administration,
               AdministrationDirectory::open(invocation.arguments.text("DIR")));
    const auto& roots = administration.roster().roots();
    json keys = json::array();
    for (const auto& root : roots.roots) {
        keys.push_back(to_base32(root.view()));
    }
    const Hash pin = administration.roster().present_fingerprint();
    const std::string text = to_base32(pin.view()), words = crypto::eight_words(pin);
    if (invocation.console.json()) {
        invocation.console.object(
            {{"threshold", roots.threshold}, {"keys", keys}, {"pin", text}, {"words", words}});
        return 0;
    }
    invocation.console.line(std::to_string(roots.threshold) + " of these sign:");
    for (const json& key : keys) {
        invocation.console.line(key.get<std::string>());
    }
    invocation.console.line("A new partner pins " + text);
    invocation.console.line("in words: " + words);
    return 0;
}

Outcome<crypto::PublicKey> read_public(const std::string& text) {
    const auto bytes = from_base32(text);
    crypto::PublicKey out;
    if (!bytes || bytes->size() != out.bytes.size()) {
        return Error{roots_key, "'" + text + "' is no public key as 'administration roots key' "
                                "shows it: 52 characters"};
    }
    std::copy(bytes->begin(), bytes->end(), out.bytes.begin());
    TRY(crypto::check_public_key(out));
    return out;
}

/// The keys in force without those to remove, with those to add.
Outcome<replication::RootChange> wanted_roots(const Arguments& arguments,
                                              const replication::RootChange& held) {
    replication::RootChange out = held;
    for (const std::string& text : arguments.all("remove")) {
        const auto gone = std::remove_if(
            out.roots.begin(), out.roots.end(), [&text](const crypto::PublicKey& root) {
                return text.size() >= 6 && to_base32(root.view()).starts_with(text);
            });
        if (gone == out.roots.end()) {
            return Error{roots_key, "no root key in force starts with '" + text +
                                        "'; see 'entrepot administration roots show'"};
        }
        out.roots.erase(gone, out.roots.end());
    }
    for (const std::string& text : arguments.all("add")) {
        TRY_ASSIGN(const auto key, read_public(text));
        if (std::find(held.roots.begin(), held.roots.end(), key) != held.roots.end()) {
            return Error{roots_key, "the key " + text + " is a root key already"};
        }
        out.roots.push_back(key);
    }
    TRY_ASSIGN(const auto threshold, arguments.number("threshold", held.threshold, 16));
    out.threshold = static_cast<std::uint8_t>(threshold);
    if (threshold < 1 || threshold > out.roots.size() || out.roots.size() > 16) {
        return Error{node::administration_roots,
                     "1 to 16 root keys, of which the threshold asks for at least one"};
    }
    return out;
}

Outcome<int> change(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    if (arguments.has("headquarters")) {
        TRY(follow_named(invocation, administration));
    }
    const auto& roster = administration.roster();
    TRY_ASSIGN(auto wanted, wanted_roots(arguments, roster.roots()));
    const auto draft = node::EntryDraft::make(
        roster, replication::HybridTime::from_wall(SystemClock().wall()), std::move(wanted));
    return write_new_draft(invocation, draft, "output", "roots.draft");
}

void add_change_commands(CommandTable& table) {
    const Option directory{"DIR", "DIR", "directory of the administration", true};
    table.push_back({"administration roots show",
                     "the root keys in force and how many of them sign",
                     {directory},
                     show});
    table.push_back({"administration roots key",
                     "make a root key that is to join, in a sealed file",
                     {{"FILE", "FILE", "key file to make", true}},
                     make_key});
    table.push_back({"administration roots change",
                     "draft other root keys; those in force and those that join sign it",
                     {directory,
                      {"--headquarters", "HQ_DIR", "headquarters' node, which has the roster"},
                      {"--add", "PUBLIC", "key that joins, as 'roots key' showed it", false, true},
                      {"--remove", "PUBLIC", "key that leaves: its first characters", false, true},
                      {"--threshold", "K", "root keys that must sign from then on (as now)"},
                      {"-o,--output", "FILE", "draft to write (roots.draft)"}},
                     change});
}

}  // namespace

void add_root_commands(CommandTable& table) {
    table.push_back({"administration sign",
                     "show what a draft does, and sign it with one root key",
                     {{"DRAFT", "FILE", "draft of a roster entry", true},
                      {"--key", "FILE", "root key file", true},
                      {"--yes", "", "does not ask"},
                      {"-o,--output", "FILE", "signed draft to write (the same file)"}},
                     sign});
    table.push_back({"administration apply",
                     "append a draft that enough root keys have signed",
                     {{"DIR", "DIR", "directory of the administration", true},
                      {"DRAFT", "FILE", "draft, or copies of it signed by different holders", true,
                       true},
                      {"--headquarters", "HQ_DIR", "headquarters' node: gets the roster"},
                      {"-o,--output", "FILE", "join file to write, for a certificate"}},
                     apply});
    table.push_back({"administration passphrase",
                     "seal a root or recovery key file under another passphrase",
                     {{"KEY", "FILE", "key file", true},
                      {"--new-passphrase-file", "FILE", "the new one (else asked for)"}},
                     passphrase});
    add_change_commands(table);
}

}  // namespace entrepot::tools
