#include "node/worker/audited.hpp"

#include <nlohmann/json.hpp>

#include "node/worker/work_loop.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;
using replication::RecordKey;

void add_record(const json& document, std::vector<RecordKey>& out) {
    const auto id = document.find("id"), compartment = document.find("compartment");
    if (id == document.end() || compartment == document.end()) {
        return;
    }
    const auto record = from_base32(id->get<std::string>());
    const auto place = from_base32(compartment->get<std::string>());
    if (record && place && record->size() == 16 && place->size() == 16) {
        out.push_back(
            {*replication::CompartmentId::from(*place), *replication::RecordId::from(*record)});
    }
}

/// Of one record, or of a list of them.
void add_shown(const json& answer, AuditEntry& entry) {
    const auto records = answer.find("records");
    if (records == answer.end()) {
        return add_record(answer, entry.records);
    }
    for (const json& record : *records) {
        add_record(record, entry.records);
    }
    const auto count = answer.find(answer.contains("matched") ? "matched" : "total");
    entry.outcome = count == answer.end() ? "" : count->dump();
}

}  // namespace

AuditEntry entry_of_now(Desk& desk, AuditKind kind, std::string text) {
    AuditEntry out;
    out.kind = kind;
    if (desk.acting() != nullptr) {
        out.officer = desk.acting()->officer;
    }
    out.at = desk.wall();
    out.text = std::move(text);
    return out;
}

JsonDone in_loop(WorkLoop& loop, JsonDone done) {
    return [&loop, done = std::move(done)](Result<json> out) {
        loop.waker().post([done, kept = std::make_shared<Result<json>>(std::move(out))] {
            done(std::move(*kept));
        });
    };
}

std::optional<JsonDone> audited(WorkLoop& loop, const HttpRequest& request, Asked asked,
                                const JsonDone& done) {
    AuditEntry entry = entry_of_now(*loop.desk(), asked.kind, std::move(asked.text));
    entry.purpose = request.query_value("purpose").value_or("");
    entry.case_reference = request.query_value("case").value_or("");
    if (entry.purpose.size() > audit_purpose_limit ||
        entry.case_reference.size() > audit_case_limit) {
        done(Error{audit_purpose, "a purpose has at most 256 bytes, the reference of a case 100"});
        return std::nullopt;
    }
    if (Status may = loop.trail()->may_show(); !may) {
        done(std::move(may).error());
        return std::nullopt;
    }
    return [&loop, done, entry](Result<json> out) {
        if (!out) {
            return done(std::move(out).error());
        }
        AuditEntry shown = entry;
        add_shown(*out, shown);
        loop.trail()->note(std::move(shown), [done, kept = std::make_shared<json>(*std::move(out))](
                                                 Status noted) {
            done(noted ? Result<json>(std::move(*kept)) : Result<json>(std::move(noted).error()));
        });
    };
}

void once_entered(WorkLoop& loop, AuditEntry entry, const JsonDone& done,
                  std::function<void()> act) {
    if (Status may = loop.trail()->may_show(); !may) {
        return done(std::move(may).error());
    }
    loop.trail()->note(std::move(entry), [&loop, done, act = std::move(act),
                                          acting = loop.desk()->acting()](Status noted) {
        if (!noted) {
            return done(std::move(noted).error());
        }
        const Desk::ActingAs as(*loop.desk(), acting);
        act();
    });
}

JsonDone then_refusal_noted(WorkLoop& loop, const HttpRequest& request, JsonDone done) {
    return [&loop, done = std::move(done), acting = loop.desk()->acting(),
            what = request.method + " " + request.path](Result<json> out) {
        if (out || out.error().code.kind() != ErrorKind::denied) {
            return done(std::move(out));
        }
        loop.waker().post([&loop, acting, what, done, why = out.error()] {
            const Desk::ActingAs as(*loop.desk(), acting);
            loop.note_refused(what, why, [done, why] { done(why); });
        });
    };
}

JsonDone then_noted(WorkLoop& loop, AuditKind kind, JsonDone done) {
    return [&loop, done = std::move(done),
            entry = entry_of_now(*loop.desk(), kind)](Result<json> out) {
        if (out) {
            AuditEntry made = entry;
            add_record(*out, made.records);
            loop.trail()->note(std::move(made));
        }
        done(std::move(out));
    };
}

}  // namespace entrepot::node
