// ROSTER.md's worked example is a real entry, and its table of codes names every code there is.
#include <fstream>
#include <sstream>

#include "replication/roster/enrolment_request.hpp"
#include "replication/roster/join_file.hpp"
#include "replication/roster/roster_file.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"

namespace entrepot::replication {
namespace {

std::string document() {
    std::ifstream file(source_folder() + "/replication/ROSTER.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Bytes of the block that starts with "```hex <name>", comments left out.
Bytes example(const std::string& name) {
    const std::string text = document();
    const std::size_t start = text.find("```hex " + name);
    std::istringstream lines(text.substr(start, text.find("\n```\n", start) - start));
    std::string line, digits;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream words(line.substr(0, line.find('#')));
        for (std::string word; words >> word;) {
            digits += word;
        }
    }
    return from_hex(digits).value();
}

TEST(RosterDocument, ShowsTheGenesisThatTheProgramMakes) {
    EXPECT_EQ(example("genesis"), AdministrationFixture().entries().front());
}

TEST(RosterDocument, NamesEveryCode) {
    const std::string text = document();
    for (const ErrorCode& code : {roster_malformed,
                                  roster_number,
                                  roster_chain,
                                  roster_genesis,
                                  roster_signer,
                                  roster_signature,
                                  roster_known_key,
                                  roster_unknown_node,
                                  roster_unknown_compartment,
                                  roster_known_compartment,
                                  roster_wraps,
                                  roster_generation,
                                  roster_right,
                                  roster_numbers,
                                  roster_cut,
                                  roster_edition,
                                  roster_settlement,
                                  roster_forked,
                                  roster_fingerprint,
                                  request_malformed,
                                  request_suite,
                                  request_signature,
                                  request_key,
                                  request_possession,
                                  request_expired,
                                  request_not_yet,
                                  join_malformed,
                                  join_suite,
                                  join_not_for_this_node,
                                  join_broken,
                                  join_fingerprint,
                                  join_no_certificate,
                                  roster_file_malformed}) {
        EXPECT_NE(text.find("`" + std::string(code.name()) + "`"), std::string::npos)
            << code.name();
    }
}

}  // namespace
}  // namespace entrepot::replication
