#include "tools/bench/runner/officers_work.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

namespace entrepot::bench {
namespace {

using nlohmann::json;

/// Posts body(i) for each i < count over `officers` connections; the first error wins.
Status post_each(const RunningNode& node, std::size_t count, unsigned officers,
                 const std::function<std::string(std::size_t)>& body) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::optional<Error> failed;
    const auto work = [&] {
        node::HttpClient client = node.worker_client();
        for (std::size_t i = next++; i < count; i = next++) {
            const std::string text = body(i);
            auto answer = client.request(
                {"POST", "/records/seizures", Bytes(text.begin(), text.end()), {}});
            if (answer && answer->is_success()) {
                continue;
            }
            const std::lock_guard lock(mutex);
            failed = answer ? Error{work_unfit, answer->error()->code + ": " +
                                                    answer->error()->detail}
                            : std::move(answer).error();
            next = count;
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < officers; ++i) {
        threads.emplace_back(work);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    if (failed) {
        return *std::move(failed);
    }
    return {};
}

Result<json> shown_record(RunningNode& node, const std::string& id,
                          const std::string& compartment) {
    return node.worker("GET", "/records/" + id + "?compartment=" + compartment, nullptr);
}

/// What the i-th record of an edit gets.
std::string text_of(const std::string& text, std::size_t i) {
    return text + " " + std::to_string(i);
}

}  // namespace

Result<std::vector<ShownRecord>> look_at(RunningNode& node, std::size_t offset, std::size_t count) {
    TRY_ASSIGN(const json found, node.worker("POST", "/search",
                                             {{"database", "seizures"},
                                              {"query", ""},
                                              {"limit", count},
                                              {"offset", offset}}));
    std::vector<ShownRecord> out;
    for (const json& record : found.at("records")) {
        const std::string id = record.value("id", "");
        const std::string compartment = record.value("compartment", "");
        TRY_ASSIGN(const json shown, shown_record(node, id, compartment));
        out.push_back({id, compartment, shown.value("token", "")});
    }
    if (out.size() != count) {
        return Error{work_unfit, "the node lists " + std::to_string(out.size()) + " records of " +
                                     std::to_string(count)};
    }
    return out;
}

Status edit_each(const RunningNode& node, const std::vector<ShownRecord>& records,
                 const std::string& text, unsigned officers) {
    return post_each(node, records.size(), officers, [&](std::size_t i) {
        const ShownRecord& record = records[i];
        return json{{"id", record.id},
                    {"compartment", record.compartment},
                    {"token", record.token},
                    {"document", {{"operation", text_of(text, i)}}}}
            .dump();
    });
}

Status check_edits(RunningNode& node, const std::vector<ShownRecord>& records,
                   const std::string& text) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        TRY_ASSIGN(const json shown, shown_record(node, records[i].id, records[i].compartment));
        const std::string held = shown.at("document").value("operation", "");
        if (held != text_of(text, i)) {
            return Error{work_unfit, "a node shows '" + held + "' where another saved '" +
                                         text_of(text, i) + "'"};
        }
    }
    return {};
}

Status type_each(const RunningNode& node, const std::vector<std::string>& documents,
                 unsigned officers) {
    return post_each(node, documents.size(), officers,
                     [&](std::size_t i) { return "{\"document\":" + documents[i] + "}"; });
}

Result<std::size_t> listed_conflicts(RunningNode& node, std::size_t limit) {
    TRY_ASSIGN(const json listed,
               node.worker("POST", "/conflicts", {{"database", "seizures"}, {"limit", limit}}));
    const json& records = listed.at("records");
    return std::count_if(records.begin(), records.end(), [](const json& record) {
        const json conflicts = record.value("conflicts", json::array());
        return !conflicts.empty() && conflicts.front().value("values", json::array()).size() >= 2;
    });
}

}  // namespace entrepot::bench
