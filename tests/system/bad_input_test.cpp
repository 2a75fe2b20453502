// What people and machines get wrong, through the program itself: one clear line, the exit code of
// its kind, and nothing lost.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"
#include "tests/system/seizure_documents.hpp"

namespace entrepot::node {
namespace {

using nlohmann::json;

constexpr int wrong_input = 2, denied = 4, unavailable = 7, storage = 8;

/// One line, with a code and words, no stack of them.
void expect_refusal(const Ran& ran, int exit_code, const std::string& mentions) {
    EXPECT_EQ(ran.exit_code, exit_code) << ran.out << ran.err;
    EXPECT_EQ(ran.complaints(), 1U) << ran.err;
    EXPECT_NE(ran.err.find(mentions), std::string::npos) << ran.err;
}

/// A node's directory without its sockets, which are nothing at rest, and its reserve.
void copy_node(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
        if (!entry.is_socket() && entry.path().filename() != "reserve") {
            std::filesystem::copy(entry.path(), to / entry.path().filename(),
                                  std::filesystem::copy_options::recursive);
        }
    }
    std::filesystem::permissions(to, std::filesystem::perms::owner_all);
}

class BadInput : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        network_ = new TestNetwork;
        network_->airport().post(Socket::worker, "/records/seizures", {{"document", seizure(1)}});
    }
    static void TearDownTestSuite() {
        delete network_;
        network_ = nullptr;
    }
    /// What was there before is there, and right.
    void TearDown() override {
        EXPECT_GE(airport().record_count(), 1U);
        const Ran verified = airport().command({"verify"});
        EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    }
    static NodeProcess& airport() { return network_->airport(); }
    static Ran put(const std::string& text) {
        return airport().command({"put", "seizures", "-"}, feed_of(text));
    }
    static Ran put(json document) { return put(document.dump()); }

    static TestNetwork* network_;
};
TestNetwork* BadInput::network_ = nullptr;

TEST_F(BadInput, AnUnknownFieldIsNamed) {
    json document = seizure(2);
    document["colour_of_the_bag"] = "red";
    expect_refusal(put(document), wrong_input, "colour_of_the_bag");
}

TEST_F(BadInput, AWrongDateIsQuoted) {
    json document = seizure(2);
    document["seized_on"] = "2026-02-30";
    expect_refusal(put(document), wrong_input, "seized_on");
}

TEST_F(BadInput, AnUnknownCodeIsQuoted) {
    json document = seizure(2);
    document["direction"] = "sideways";
    expect_refusal(put(document), wrong_input, "sideways");
}

TEST_F(BadInput, InvalidUtf8IsRefused) {
    expect_refusal(put(std::string("{\"narrative\": \"\xff\xfe\"}")), wrong_input, "UTF-8");
}

TEST_F(BadInput, WhatIsNoJsonIsRefused) {
    expect_refusal(put(std::string("kind: seizure")), wrong_input, "json");
}

TEST_F(BadInput, AnUnreadableFileIsNamed) {
    const Ran ran = airport().command({"put", "seizures", "/nowhere/record.json"});
    expect_refusal(ran, wrong_input, "/nowhere/record.json");
}

TEST_F(BadInput, ALineOfTwoGigabytesIsRefusedAndTheRowsBeforeItStay) {
    const auto before = airport().record_count();
    const std::string map = (network_->folder() / "documents.map").string();
    std::ofstream(map) << R"({"database": "seizures", "format": "ndjson"})";
    std::string good = as_lines(generated(5, 1), "before the long line");
    const Ran ran = airport().command({"import", "-", "--map", map}, [&](int descriptor) {
        feed_of(good)(descriptor);
        const std::string block(1 << 20, 'x');
        for (int i = 0; i < 2048; ++i) {
            if (::write(descriptor, block.data(), block.size()) <= 0) {
                return;
            }
        }
    });
    EXPECT_EQ(ran.exit_code, wrong_input) << ran.err;
    EXPECT_LT(ran.err.size(), 4096U);
    EXPECT_EQ(airport().record_count(), before + 1);
}

TEST_F(BadInput, APortInUseIsNamed) {
    const std::string address = network_->headquarters().status().at("listen");
    network_->airport().stop();
    const Ran ran =
        run_program({entrepot_program(), "node", "run", airport().directory().string(), "--listen",
                     address, "--service-key", network_->service_key().string()});
    expect_refusal(ran, unavailable, address.substr(address.rfind(':')));
    airport().start();
}

TEST_F(BadInput, ASecondProcessForTheSameNodeIsToldSo) {
    const Ran ran = run_program({entrepot_program(), "node", "run", airport().directory().string(),
                                 "--service-key", network_->service_key().string()});
    expect_refusal(ran, unavailable, "node.in_use");
}

TEST_F(BadInput, AnUnreadableDirectoryIsNamed) {
    const auto folder = network_->folder() / "broken";
    copy_node(airport().directory(), folder);
    std::filesystem::remove_all(folder / "log");
    std::ofstream(folder / "log") << "no directory";
    const Ran ran = run_program({entrepot_program(), "status", "--node", folder.string(),
                                 "--service-key", network_->service_key().string()});
    expect_refusal(ran, storage, folder.string());
}

TEST_F(BadInput, AWrongPassphraseIsDenied) {
    const auto folder = network_->folder() / "locked";
    const auto right = network_->folder() / "right", wrong = network_->folder() / "wrong";
    std::ofstream(right) << "correct horse battery\n";
    std::ofstream(wrong) << "incorrect horse battery\n";
    const Ran made = run_program({entrepot_program(), "node", "create", folder.string(), "--kind",
                                  "unit", "--name", "Post", "--country", "JM", "--officer", "Ann",
                                  "--passphrase-file", right.string()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const Ran ran = run_program({entrepot_program(), "compartments", "--node", folder.string(),
                                 "--officer", "Ann", "--passphrase-file", wrong.string()});
    expect_refusal(ran, denied, "passphrase");
}

/// A small disk of its own for one node; not there unless the system lets this process mount one.
class SmallDisk {
public:
    explicit SmallDisk(const std::filesystem::path& path) : path_(path) {
        std::filesystem::create_directory(path_);
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m,mode=0700") == 0;
    }
    ~SmallDisk() {
        if (mounted_) {
            ::umount2(path_.c_str(), MNT_DETACH);
        }
    }
    bool is_mounted() const { return mounted_; }

private:
    std::filesystem::path path_;
    bool mounted_ = false;
};

TEST(FullDisk, RefusesWhatDoesNotFitAndKeepsWhatWasConfirmed) {
    TestNetwork network;
    NodeProcess& airport = network.airport();
    airport.post(Socket::worker, "/records/seizures", {{"document", seizure(1)}});
    airport.stop();
    const auto moved = network.folder() / "moved";
    std::filesystem::rename(airport.directory(), moved);
    const SmallDisk disk(airport.directory());
    if (!disk.is_mounted()) {
        GTEST_SKIP() << "this process may not mount a small disk";
    }
    copy_node(moved, airport.directory());
    airport.start();
    ASSERT_TRUE(eventually([&] { return airport.is_caught_up(); }));
    ASSERT_EQ(airport.record_count(), 1U);

    const std::string map = (network.folder() / "documents.map").string();
    std::ofstream(map) << R"({"database": "seizures", "format": "ndjson"})";
    const std::string rows = as_lines(generated(5, 8000), "full");
    const Ran ran = airport.command({"import", "-", "--map", map}, feed_of(rows));
    EXPECT_EQ(ran.exit_code, storage) << ran.out << ran.err;
    EXPECT_EQ(ran.complaints(), 1U) << ran.err;

    airport.kill_link();  // and once more on a larger disk
    const auto kept = network.folder() / "kept";
    copy_node(airport.directory(), kept);
    airport.options().directory = kept;
    airport.start();
    ASSERT_TRUE(eventually([&] { return airport.is_caught_up(); }));
    EXPECT_GT(airport.record_count(), 1U);
    const Ran verified = airport.command({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace entrepot::node
