#include "tools/commands/administration/draft_file.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "crypto/words.hpp"
#include "node/access/node_directory.hpp"
#include "node/databases/json_text.hpp"
#include "tools/commands/files/fresh_file.hpp"

namespace entrepot::tools {
namespace {

constexpr std::size_t draft_limit = std::size_t{1} << 20;

/// erasure.draft, erasure-2.draft …: another draft may still be with the holders of root keys.
std::string free_name(const std::filesystem::path& usual) {
    std::filesystem::path out = usual;
    for (unsigned number = 2; !check_free(out); ++number) {
        out = usual.parent_path() /
              (usual.stem().string() + "-" + std::to_string(number) + usual.extension().string());
    }
    return out.string();
}

Outcome<std::string> place_of(const Invocation& invocation, const std::string& named,
                              const std::string& usual) {
    if (!invocation.arguments.has(named)) {
        return free_name(usual);
    }
    const std::string path = invocation.arguments.text(named);
    TRY(check_free(path));
    return path;
}

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

Outcome<int> write_new_draft(const Invocation& invocation, const node::EntryDraft& draft,
                             const std::string& named, const std::string& usual) {
    TRY_ASSIGN(const std::string path, place_of(invocation, named, usual));
    return write_draft(invocation, draft, path);
}

Outcome<nlohmann::json> keep_draft(const Invocation& invocation, nlohmann::json answer,
                                   const std::string& usual) {
    TRY_ASSIGN(const std::string to, place_of(invocation, "output", usual));
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
