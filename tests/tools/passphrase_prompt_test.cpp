#include <fcntl.h>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "tests/tools/command_fixture.hpp"
#include "tools/commands/terminal/passphrase.hpp"

namespace entrepot::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A terminal of its own for a child process, and what both said there.
class PassphrasePrompt : public CommandFixture {
protected:
    struct Talk {
        std::string shown;
        std::string err;
    };
    /// Runs a command in a session of its own, on a terminal where `typed` is typed; "" for none.
    Talk talk(const std::vector<std::string>& words, const std::string& typed) {
        const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
        EXPECT_EQ(::grantpt(terminal), 0);
        EXPECT_EQ(::unlockpt(terminal), 0);
        const std::string name = ::ptsname(terminal);
        const pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            const int own = typed.empty() ? -1 : ::open(name.c_str(), O_RDWR);
            const Ended ended = run(words);
            static_cast<void>(node::write_file(at("err"), as_bytes(ended.err)));
            ::_exit(own);
        }
        Talk out = answer_prompts(terminal, typed);
        ::waitpid(child, nullptr, 0);
        ::close(terminal);
        out.err = as_text(std::move(node::read_file(at("err"), 4096)).value());
        return out;
    }

private:
    /// Types a line each time the child has asked with ": ", as echo is off by then.
    static Talk answer_prompts(int terminal, const std::string& typed) {
        Talk out;
        std::istringstream lines(typed);
        std::array<char, 256> block{};
        for (std::string line; std::getline(lines, line);) {
            const std::size_t asked = out.shown.size();
            while (out.shown.find(": ", asked) == std::string::npos) {
                const ssize_t got = ::read(terminal, block.data(), block.size());
                if (got <= 0) {
                    return out;
                }
                out.shown.append(block.data(), static_cast<std::size_t>(got));
            }
            line += '\n';
            EXPECT_EQ(::write(terminal, line.data(), line.size()),
                      static_cast<ssize_t>(line.size()));
        }
        return out;
    }
};

std::vector<std::string> create(const std::string& folder) {
    return {"administration", "create", folder, "--country", "JM", "--name", "Jamaica"};
}

TEST_F(PassphrasePrompt, AsksTwiceForANewOneAndShowsNeither) {
    const Talk talked = talk(create(path("adm")), "correct horse\nincorrect horse\n");
    EXPECT_THAT(talked.err, HasSubstr(std::string(passphrase_differs.name())));
    EXPECT_THAT(talked.shown, HasSubstr("Passphrase for root key 1: "));
    EXPECT_THAT(talked.shown, HasSubstr("once more"));
    EXPECT_THAT(talked.shown, Not(HasSubstr("horse")));
    EXPECT_FALSE(std::filesystem::exists(at("adm")));
}

TEST_F(PassphrasePrompt, SaysWhatToGiveWhenThereIsNoTerminal) {
    const Talk talked = talk(create(path("adm")), "");
    EXPECT_THAT(talked.err, HasSubstr(std::string(passphrase_none.name())));
    EXPECT_THAT(talked.err, HasSubstr("--passphrase-file"));
}

}  // namespace
}  // namespace entrepot::tools
