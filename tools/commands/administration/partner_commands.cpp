#include <nlohmann/json.hpp>

#include "crypto/words.hpp"
#include "node/access/administration.hpp"
#include "node/databases/json_text.hpp"
#include "node/roots/partnership.hpp"
#include "replication/roster/roster_file.hpp"
#include "tools/commands/administration/confirm.hpp"
#include "tools/commands/administration/draft_file.hpp"
#include "tools/commands/administration/headquarters_rosters.hpp"
#include "tools/commands/groups.hpp"
#include "tools/commands/terminal/table.hpp"

namespace entrepot::tools {
namespace {

using nlohmann::json;
using node::AdministrationDirectory;
using node::text_member;
using replication::Roster;

constexpr std::size_t roster_limit = std::size_t{256} << 20;

replication::HybridTime now() {
    return replication::HybridTime::from_wall(SystemClock().wall());
}

Outcome<Hash> read_fingerprint(const std::string& text) {
    const auto bytes = from_base32(text);
    auto out = bytes ? Hash::from(*bytes) : Result<Hash>(bytes.error());
    if (!out) {
        return Error{node::partner_unpinned,
                     "'" + text.substr(0, 60) + "' is no whole root fingerprint: 52 characters, "
                     "\"pin\" in the partner's 'administration roots show'"};
    }
    return *std::move(out);
}

/// The partner's roster for us, when it was given.
Outcome<Roster> read_theirs(const Invocation& invocation) {
    const std::string path = invocation.arguments.text("theirs");
    if (path.empty()) {
        return Roster();
    }
    TRY_ASSIGN(const Bytes file, node::read_file(path, roster_limit));
    TRY_ASSIGN(const auto entries, replication::roster_file_entries(file));
    TRY_ASSIGN(Roster out, Roster::from_entries(entries));
    return out;
}

Outcome<void> send_rosters(const Invocation& invocation,
                           const AdministrationDirectory& administration,
                           NodeConnection& headquarters, const std::string& country) {
    TRY(headquarters.worker_bytes({"POST", "/roster/file"},
                                  replication::export_roster(administration.roster())));
    TRY_ASSIGN(const Roster outer, administration.outer_roster(country));
    TRY(headquarters.worker_bytes({"POST", "/roster/file"}, replication::export_roster(outer)));
    TRY_ASSIGN(const Roster theirs, read_theirs(invocation));
    if (theirs.length().value > 0) {
        TRY(headquarters.worker_bytes({"POST", "/roster/file"},
                                      replication::export_roster(theirs)));
    }
    return {};
}

struct Signing {
    std::size_t signed_here = 0;
    std::optional<node::EntryDraft> for_others;  ///< the keys here were not enough for it
};

/// Signs and applies entry after entry, as far as the keys here reach.
Outcome<Signing> sign_all(const Invocation& invocation, AdministrationDirectory& administration,
                          const node::PartnerWish& wish) {
    Signing out;
    std::optional<node::Credential> credential;
    while (true) {
        TRY_ASSIGN(const Roster outer, administration.outer_roster(wish.country));
        auto draft = node::next_partner_draft(administration.roster(), outer, wish, now());
        if (!draft) {
            return out;
        }
        if (!credential) {
            TRY(confirm(invocation, describe_draft(*draft),
                        "Sign this, and what follows from it?"));
            TRY_ASSIGN(credential, credential_of(invocation, "the root keys"));
        }
        if (auto made = administration.sign_here(*draft, *credential); !made) {
            const bool others_sign = !draft->entry().signatures.empty() && draft->wanted() > 0;
            if (!others_sign) {
                TRY(std::move(made));
            }
            out.for_others = std::move(draft);
            return out;
        }
        TRY(administration.apply(*draft));
        ++out.signed_here;
    }
}

Outcome<int> tell(const Invocation& invocation, const AdministrationDirectory& administration,
                  const node::PartnerWish& wish, const Signing& done) {
    const std::string country = wish.country;
    TRY_ASSIGN(const Roster outer, administration.outer_roster(country));
    const Hash pin = node::pin_for_partner(administration.roster(), outer, wish);
    invocation.console.note(country + " pins our root fingerprint " + to_base32(pin.view()) +
                            ", in words: " + crypto::eight_words(pin));
    if (done.for_others) {
        const auto written = write_new_draft(invocation, *done.for_others, "output",
                                             "partner-" + country + ".draft");
        invocation.console.note("Then run this command again for what follows.");
        return written;
    }
    const std::string file = administration.outer_file(country).string();
    if (invocation.console.json()) {
        invocation.console.object({{"signed", done.signed_here},
                                   {"outer_roster", file},
                                   {"pin", to_base32(pin.view())}});
        return 0;
    }
    invocation.console.line(file);
    invocation.console.note("Send this file to " + country +
                            "; when theirs has come, run this again with --theirs FILE.");
    return 0;
}

Outcome<int> partner(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    node::PartnerWish wish{arguments.text("COUNTRY"), {}, nullptr};
    TRY_ASSIGN(wish.fingerprint, read_fingerprint(arguments.text("FINGERPRINT")));
    std::optional<NodeConnection> headquarters;
    if (arguments.has("headquarters")) {
        TRY_ASSIGN(auto connection, open_headquarters(invocation));
        headquarters.emplace(std::move(connection));
        TRY(follow_headquarters(administration, *headquarters));
    }
    TRY(node::check_wish(wish, administration.roster()));
    TRY_ASSIGN(const Roster theirs, read_theirs(invocation));
    if (theirs.length().value > 0) {
        if (theirs.root_fingerprint() != wish.fingerprint) {
            return Error{node::partner_unpinned,
                         "that roster was made by other root keys than the fingerprint given"};
        }
        wish.theirs = &theirs;
    }
    TRY_ASSIGN(const Signing done, sign_all(invocation, administration, wish));
    if (wish.theirs != nullptr && !done.for_others) {
        TRY(node::check_theirs(theirs, administration.roster()));
    }
    if (headquarters) {
        if (!done.for_others) {
            TRY(send_rosters(invocation, administration, *headquarters, wish.country));
        }
        TRY(headquarters->close());
    }
    return tell(invocation, administration, wish, done);
}

Outcome<int> end_partner(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    TRY_ASSIGN(auto administration, AdministrationDirectory::open(arguments.text("DIR")));
    std::optional<NodeConnection> headquarters;
    if (arguments.has("headquarters")) {
        TRY_ASSIGN(auto connection, open_headquarters(invocation));
        headquarters.emplace(std::move(connection));
        TRY_ASSIGN(const Bytes roster, headquarters->worker_file({"GET", "/roster/file"}));
        TRY(administration.follow(roster));
    }
    const std::string country = arguments.text("COUNTRY");
    TRY_ASSIGN(auto draft, node::end_partner_draft(administration.roster(), country, now()));
    TRY(confirm(invocation, describe_draft(draft), "Sign this?"));
    TRY_ASSIGN(const auto credential, credential_of(invocation, "the root keys"));
    if (!administration.sign_here(draft, credential)) {
        return write_new_draft(invocation, draft, "output", "partner-" + country + ".draft");
    }
    TRY(administration.apply(draft));
    if (headquarters) {
        TRY(headquarters->worker_bytes({"POST", "/roster/file"},
                                       replication::export_roster(administration.roster())));
        TRY(headquarters->close());
    }
    if (invocation.console.json()) {
        invocation.console.object({{"country", country}, {"in_force", false}});
        return 0;
    }
    invocation.console.line("the partnership with " + country + " has ended");
    return 0;
}

Outcome<json> at_headquarters(const Invocation& invocation, const std::string& act,
                              const json& body) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(
        json out,
        headquarters.worker(
            {"POST",
             "/partners/" + node::percent_encode(invocation.arguments.text("COUNTRY")) + "/" + act},
            body));
    TRY(headquarters.close());
    return out;
}

Outcome<int> print_made(const Invocation& invocation, const json& answer) {
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    for (const json& name : answer.value("made", json::array())) {
        invocation.console.line("made  " + name.get<std::string>());
    }
    return 0;
}

Outcome<int> open_partner(const Invocation& invocation) {
    TRY_ASSIGN(const json answer, at_headquarters(invocation, "open", json::object()));
    return print_made(invocation, answer);
}

Outcome<int> add_joint(const Invocation& invocation) {
    TRY_ASSIGN(const json answer,
               at_headquarters(invocation, "joint",
                               {{"database", invocation.arguments.text("DATABASE")},
                                {"name", invocation.arguments.text("NAME")}}));
    return print_made(invocation, answer);
}

Outcome<int> list_partners(const Invocation& invocation) {
    TRY_ASSIGN(auto headquarters, open_headquarters(invocation));
    TRY_ASSIGN(const json answer, headquarters.worker({"GET", "/partners"}));
    TRY(headquarters.close());
    if (invocation.console.json()) {
        invocation.console.object(answer);
        return 0;
    }
    for (const json& partner : answer.value("partners", json::array())) {
        const bool ready = partner.value("ours", false) && partner.value("theirs", false);
        invocation.console.line(text_member(partner, "country") + "  " +
                                (!partner.value("in_force", false) ? "ended"
                                 : ready                           ? "in force"
                                                                   : "waits for rosters") +
                                "  " + text_member(partner, "words"));
        for (const json& place : partner.value("compartments", json::array())) {
            invocation.console.line("  " + text_member(place, "right") + "  " +
                                    text_member(place, "name") + " (" +
                                    text_member(place, "database") + ")");
        }
    }
    return 0;
}

}  // namespace

void add_partner_commands(CommandTable& table) {
    const Option country{"COUNTRY", "CC", "the partner's country, two letters", true};
    const Option headquarters{"--headquarters", "HQ_DIR", "headquarters' node (or --node)"};
    const Option directory{"DIR", "DIR", "directory of the administration", true};
    table.push_back({"administration partner",
                     "trust another administration for what is released to it: root keys sign",
                     {directory,
                      country,
                      {"FINGERPRINT", "ROOT", "its whole root fingerprint, 52 characters", true},
                      {"--theirs", "FILE", "the outer roster that it made for us"},
                      {"--headquarters", "HQ_DIR", "headquarters' node: gives and gets rosters"},
                      {"-o,--output", "FILE", "draft to write when others must sign"},
                      {"--yes", "", "does not ask"}},
                     partner});
    table.push_back({"administration partner-end",
                     "end a partnership: connections end, nothing more is exchanged",
                     {directory,
                      country,
                      {"--headquarters", "HQ_DIR", "headquarters' node: gives and gets the roster"},
                      {"-o,--output", "FILE", "draft to write when others must sign"},
                      {"--yes", "", "does not ask"}},
                     end_partner});
    table.push_back({"partner open",
                     "make the compartments for what is released to a partner, and for messages",
                     {country, headquarters},
                     open_partner});
    table.push_back({"partner joint",
                     "make a compartment that both administrations write",
                     {country,
                      {"DATABASE", "DATABASE", "what its records are", true},
                      {"NAME", "NAME", "its name, seen by both", true},
                      headquarters},
                     add_joint});
    table.push_back({"partner list",
                     "partners, and the compartments shared with them",
                     {headquarters},
                     list_partners});
}

}  // namespace entrepot::tools
