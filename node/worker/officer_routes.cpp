#include "node/worker/officer_routes.hpp"

#include <nlohmann/json.hpp>

#include "node/api/problem.hpp"
#include "node/desk/officer_desk.hpp"
#include "node/worker/call.hpp"
#include "node/worker/work_loop.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr RouteNeeds administers{Duty::administer, true};
constexpr RouteNeeds gives_passphrase{Duty::administer, true, {"passphrase"}};
constexpr RouteNeeds owns{Duty::own, true};
constexpr RouteNeeds changes_passphrase{Duty::own, true, {"old", "new"}};

/// Errors of access.wait tell the seconds in a header too.
void answer_unlock(const Responder& responder, Result<json> out) {
    HttpResponse response = out ? HttpResponse::json(out->dump()) : problem_response(out.error());
    if (!out && out.error().code == access_wait) {
        const std::string& text = out.error().context;
        const auto digit = text.find_first_of("0123456789");
        response.headers["Retry-After"] =
            text.substr(digit, text.find_first_not_of("0123456789", digit) - digit);
    }
    Responder(responder).respond(std::move(response));
}

/// A slot on its way: sealed in the thread for slots, then written here.
void seal_and_finish(WorkLoop& loop, Result<NewSlot> prepared, crypto::Secret passphrase,
                     JsonDone done) {
    if (!prepared) {
        return done(std::move(prepared).error());
    }
    if (auto strong = check_fresh(*loop.desk(), prepared->account, passphrase.view()); !strong) {
        return done(std::move(strong).error());
    }
    struct Work {
        NewSlot slot;
        crypto::Secret passphrase;
        Result<Bytes> sealed;
    };
    auto work = std::make_shared<Work>(Work{*std::move(prepared), std::move(passphrase), Bytes()});
    const Status begun = loop.in_slot_thread(
        [work, &loop] {
            crypto::SystemEntropy entropy;
            work->sealed =
                seal_slot(loop.directory(), work->slot.content, work->passphrase.view(), entropy);
        },
        [work, &loop, done] {
            auto out = work->sealed ? finish_slot(*loop.desk(), work->slot, *work->sealed)
                                    : Result<json>(work->sealed.error());
            if (out) {
                loop.officer_changed(work->slot.account.officer);
            }
            done(std::move(out));
        });
    if (!begun) {
        done(begun.error());
    }
}

void change_passphrase(Call& call, JsonDone done) {
    struct Work {
        crypto::Secret old_one, new_one;
        SlotWish wish;
        Result<OpenedSlot> opened;
    };
    const auto* account = call.desk.officers().find(call.desk.acting()->officer);
    if (account == nullptr || account->slot == 0) {
        return done(Error{vault_no_slot, "this officer has no slot with a passphrase"});
    }
    auto work = std::make_shared<Work>(Work{call.secrets->give("old"),
                                            call.secrets->give("new"),
                                            {account->name, account->slot},
                                            Error{crypto::keybag_wrong, ""}});
    WorkLoop& loop = call.loop;
    const Status begun = loop.in_slot_thread(
        [work, &loop] {
            work->opened =
                unlock_slot(loop.directory(), loop.attempts(), work->wish, work->old_one.view());
        },
        [work, &loop, done, acting = call.desk.acting()] {
            if (!work->opened) {
                const Desk::ActingAs as(*loop.desk(), acting);
                return loop.note_refused("change of passphrase", work->opened.error(),
                                         [done, why = work->opened.error()] { done(why); });
            }
            seal_and_finish(loop, prepare_passphrase(*loop.desk(), *std::move(work->opened)),
                            std::move(work->new_one), done);
        });
    if (!begun) {
        done(begun.error());
    }
}

/// Roles and leaving: nothing to seal.
Act changes_account(Result<json> (*change)(Desk&, const json&)) {
    return at_once([change](Call& call) -> Result<json> {
        TRY_ASSIGN(json out, change(call.desk, call.body));
        TRY_ASSIGN(const Bytes id, from_base32(text_of(out, "officer_id")));
        TRY_ASSIGN(const auto officer, replication::OfficerId::from(id));
        call.loop.officer_changed(officer);
        return out;
    });
}

void add_sign_in_routes(Router& router, WorkLoop& loop) {
    router.add({"POST", "/unlock"}, [&loop](HttpRequest request, Responder responder) {
        auto secrets = SecretTexts::take(request.body, {"passphrase"});
        auto body = secrets ? body_of(request) : Result<json>(secrets.error());
        if (!body) {
            return answer_to(responder)(std::move(body).error());
        }
        const unsigned uid = request.peer ? request.peer->uid : ~0U;
        loop.waker().post([&loop, uid, officer = text_of(*body, "officer"),
                           secrets = *std::move(secrets), responder] {
            loop.unlock({uid, officer}, secrets->give("passphrase"), [responder](Result<json> out) {
                answer_unlock(responder, std::move(out));
            });
        });
    });
    router.add({"POST", "/sign-out"}, at_desk(loop, owns, at_once([](Call& call) -> Result<json> {
                                                  const unsigned uid = call.request.peer->uid;
                                                  const bool ended = call.loop.sign_ins().end(
                                                      uid, token_of(call.request));
                                                  return json{{"ended", ended}};
                                              })));
}

}  // namespace

void add_officer_routes(Router& router, WorkLoop& loop) {
    add_sign_in_routes(router, loop);
    router.add({"GET", "/officers"},
               at_desk(loop, administers, at_once([](Call& call) -> Result<json> {
                           return list_officers(call.desk, call.loop.attempts());
                       })));
    router.add({"POST", "/officers"},
               at_desk(loop, gives_passphrase, [](Call& call, JsonDone done) {
                   auto secret = call.secrets->give("passphrase");
                   seal_and_finish(call.loop, prepare_officer(call.desk, call.body),
                                   std::move(secret), std::move(done));
               }));
    router.add({"POST", "/officers/reset"},
               at_desk(loop, gives_passphrase, [](Call& call, JsonDone done) {
                   auto secret = call.secrets->give("passphrase");
                   seal_and_finish(call.loop, prepare_reset(call.desk, call.body),
                                   std::move(secret), std::move(done));
               }));
    router.add({"POST", "/officers/passphrase"},
               at_desk(loop, changes_passphrase, change_passphrase));
    router.add({"POST", "/officers/roles"},
               at_desk(loop, administers, changes_account(change_roles)));
    router.add({"POST", "/officers/leave"},
               at_desk(loop, administers, changes_account(officer_leaves)));
}

}  // namespace entrepot::node
