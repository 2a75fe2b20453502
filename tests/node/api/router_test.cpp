#include "node/api/router.hpp"

#include <gmock/gmock.h>

#include "node/api/problem.hpp"
#include "tests/node/api/http_fixture.hpp"

namespace entrepot::node {
namespace {

HttpHandler say(const std::string& text) {
    return [text](const HttpRequest& request, Responder responder) {
        std::string all = text;
        for (const auto& [name, value] : request.captures) {
            all += " " + name + "=" + value;
        }
        responder.respond(HttpResponse::json(all));
    };
}

struct Routed {
    Router router;
    Routed() {
        router.add({"GET", "/records/{id}"}, say("one"));
        router.add({"PUT", "/records/{id}"}, say("put"));
        router.add({"GET", "/records/all"}, say("all"));
        router.add({"GET", "/records/{id}/history"}, say("history"));
    }
    ApiAnswer ask(const ApiCall& call) {
        ServerOnSocket on([this](HttpRequest request, Responder responder) {
            router.handle(std::move(request), std::move(responder));
        });
        return on.ask(call);
    }
};

TEST(Router, FillsTheCapturesOfThePattern) {
    Routed routed;
    EXPECT_EQ(text_of(routed.ask({"GET", "/records/7", {}, {}}).body), "one id=7");
    EXPECT_EQ(text_of(routed.ask({"GET", "/records/7/history", {}, {}}).body), "history id=7");
}

TEST(Router, PrefersAFixedSegment) {
    Routed routed;
    EXPECT_EQ(text_of(routed.ask({"GET", "/records/all", {}, {}}).body), "all");
}

TEST(Router, AnswersAnUnknownPathWith404) {
    Routed routed;
    for (const char* path : {"/", "/records", "/records/", "/records/7/", "/records//history"}) {
        const ApiAnswer answer = routed.ask({"GET", path, {}, {}});
        EXPECT_EQ(answer.status, 404u) << path;
        EXPECT_EQ(answer.error()->code, "api.no_route") << path;
        EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
    }
}

TEST(Router, AnswersAnotherMethodWith405AndNamesThoseThatWork) {
    Routed routed;
    const ApiAnswer answer = routed.ask({"DELETE", "/records/7", {}, {}});
    EXPECT_EQ(answer.status, 405u);
    EXPECT_EQ(answer.headers.at("allow"), "GET, PUT");
    EXPECT_EQ(answer.error()->code, "api.wrong_method");
}

TEST(Router, ListsWhatWasAdded) {
    EXPECT_EQ(Routed().router.routes().size(), 4u);
}

}  // namespace
}  // namespace entrepot::node
