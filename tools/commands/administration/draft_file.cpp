#include "tools/commands/administration/draft_file.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "crypto/words.hpp"
#include "node/access/node_directory.hpp"
#include "node/databases/json_text.hpp"

namespace entrepot::tools {
namespace {

constexpr std::size_t draft_limit = std::size_t{1} << 20;

}  // namespace

Outcome<int> write_draft(const Invocation& invocation, const node::EntryDraft& draft,
                         const std::string& path) {
    TRY(node::write_file(path, draft.encode()));
    if (invocation.console.json()) {
        invocation.console.object({{"draft", path}, {"wanted", draft.wanted()}});
        return 0;
    }
    invocation.console.line(path);
    invocation.console.note(draft.wanted() > 0
                                ? std::to_string(draft.wanted()) +
                                      " more signatures are wanted: entrepot administration sign " +
                                      path + " --key FILE, at each holder's"
                                : "Signed by enough: entrepot administration apply DIR " + path);
    return 0;
}

Outcome<nlohmann::json> keep_draft(const Invocation& invocation, nlohmann::json answer,
                                   const std::string& usual) {
    const std::string to = invocation.arguments.text("output", usual);
    TRY_ASSIGN(const Bytes draft, crypto::from_base64(node::text_member(answer, "draft")));
    TRY(node::write_file(to, draft));
    answer["draft"] = to;
    return answer;
}

std::string carry_to_holders(const std::string& path) {
    return "Carry it to the holders of root keys: entrepot administration sign " + path +
           " --key FILE";
}

Outcome<node::EntryDraft> read_draft(const std::string& path) {
    TRY_ASSIGN(const Bytes file, node::read_file(path, draft_limit));
    TRY_ASSIGN(auto draft, node::EntryDraft::decode(file));
    return draft;
}

std::vector<std::string> describe_draft(const node::EntryDraft& draft) {
    std::vector<std::string> out{"entry " + std::to_string(draft.entry().number.value) +
                                     " of the administration of " + draft.country(),
                                 "root fingerprint  " + crypto::eight_words(draft.fingerprint())};
    for (const std::string& line : node::describe_entry(draft.entry(), draft.roots())) {
        out.push_back("  " + line);
    }
    out.push_back("signed by " + std::to_string(draft.signed_by_roots()) + " of the " +
                  std::to_string(draft.roots().threshold) + " root keys that it takes");
    return out;
}

}  // namespace entrepot::tools
