#include "tools/commands/administration/compare_code.hpp"

#include "crypto/words.hpp"
#include "node/access/node_directory.hpp"
#include "replication/roster/enrolment_request.hpp"
#include "tools/commands/files/input.hpp"

namespace entrepot::tools {
namespace {

constexpr std::size_t request_limit = 4096;

}  // namespace

Outcome<Bytes> read_request(const std::string& path) {
    TRY_ASSIGN(Bytes file, node::read_file(path, request_limit));
    if (replication::is_request_text(as_text(file))) {
        TRY_ASSIGN(file, replication::request_from_text(as_text(file)));
    }
    return file;
}

Outcome<void> compare_code(const Invocation& invocation, const std::string& unit,
                           const std::string& code) {
    if (invocation.arguments.has("code")) {
        TRY_ASSIGN(const auto given,
                   word_or_line(invocation.console, invocation.arguments.text("code")));
        const auto said = crypto::from_words(given, crypto::spoken_bytes);
        if (!said) {
            return Error{said.error().code,
                         "--code takes the eight words read out: " + said.error().context};
        }
        if (crypto::to_words(*said) != code) {
            return Error{enrol_code,
                         "the request's code is " + code + ", not the one given; do not enrol it"};
        }
        return {};
    }
    invocation.console.note("Request of \"" + unit + "\", code  " + code);
    TRY_ASSIGN(const bool same,
               invocation.console.ask("Does the installer read out the same words? (else --code)"));
    if (!same) {
        return Error{enrol_code, "not confirmed; nothing was enrolled"};
    }
    return {};
}

}  // namespace entrepot::tools
