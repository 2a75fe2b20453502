#include "node/exchange/recall.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "node/databases/json_text.hpp"
#include "node/erasure/orders.hpp"
#include "node/exchange/mailbox.hpp"
#include "node/exchange/release_desk.hpp"
#include "node/roots/entry_draft.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::Assignment;
using replication::CodeValue;

/// The order to erase a copy, in the roster that governs it: for the root keys, so that a release
/// officer drafts it without headquarters' roster key.
Result<Bytes> draft_erasure(Desk& home, const RegisteredRelease& entry) {
    const auto copy = entry.reference("copy");
    if (!copy) {
        return Error{release_state, "the register names no copy"};
    }
    TRY_ASSIGN(Desk* const outer, partner_desk(home, entry.text("partner"), MadeBy::us));
    TRY_ASSIGN(auto planned,
               plan_erasure(*outer, {{*copy}, {}},
                            "recall of release " + to_base32(entry.key.record.view())));
    return EntryDraft::make(outer->roster(), outer->now(), std::move(planned.entry)).encode();
}

void order_erasure(Desk& home, const RegisteredRelease& entry, json answer, const JsonDone& done) {
    const auto draft = draft_erasure(home, entry);
    if (!draft) {
        return done(draft.error());
    }
    answer["draft"] = crypto::to_base64(*draft);
    done(std::move(answer));
}

/// The message that tells the partner, about the copy as both know it.
json recall_message(const RegisteredRelease& entry, const json& body) {
    const auto copy = entry.reference("copy");
    return {{"country", entry.text("partner")},
            {"kind", "recall"},
            {"about", copy ? to_base32(copy->record.view()) : ""},
            {"text", text_member(body, "reason")},
            {"legal_basis", entry.text("legal_basis")},
            {"deadline", text_member(body, "deadline")}};
}

}  // namespace

void recall_release(Desk& home, const json& body, JsonDone done) {
    auto entry = find_release(home, text_member(body, "release"));
    if (!entry) {
        return done(std::move(entry).error());
    }
    const std::string state = entry->text("state");
    if (state == "recalled") {
        return order_erasure(home, *entry, answer_for(*entry, state), done);
    }
    if (state != "carried_out") {
        return done(Error{release_state, "this release is " + state + "; only what was carried "
                                         "out can be recalled"});
    }
    std::vector<Assignment> assignments{{"state", CodeValue{"recalled"}}};
    if (const std::string reason = text_member(body, "reason"); !reason.empty()) {
        assignments.insert(assignments.begin(), {"recall_reason", reason});
    }
    const json message = recall_message(*entry, body);
    const auto told = [&home, entry = *entry, done](Result<json> sent) {
        if (!sent) {
            return done(std::move(sent).error());
        }
        json answer = answer_for(entry, "recalled");
        answer["message"] = sent->at("message");
        order_erasure(home, entry, std::move(answer), done);
    };
    save_release(home, *entry, std::move(assignments), [&home, message, told](Status kept) {
        kept ? send_message(home, message, told) : told(std::move(kept).error());
    });
}

}  // namespace entrepot::node
