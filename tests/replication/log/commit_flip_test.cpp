// Flips every bit of a stored commit, cuts it at every byte, and compares the codes of the checks
// that failed with the table of the format page. A row here is a row there, by its first column.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "replication/log/commit_opener.hpp"
#include "tests/replication/log/admission_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"

namespace entrepot::replication {
namespace {

using Codes = std::set<std::string>;

/// Rows "| what | offsets | `code` … |" below the heading "Flipped bits and cut bytes".
std::map<std::string, Codes> codes_of_the_page() {
    std::ifstream page(source_folder() + "/replication/FORMAT.md");
    std::map<std::string, Codes> out;
    bool is_below_heading = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("#")) {
            is_below_heading = line == "## Flipped bits and cut bytes";
        }
        if (!is_below_heading || !line.starts_with("| ") || line.find('`') == std::string::npos) {
            continue;
        }
        Codes& codes = out[line.substr(2, line.find(" |", 2) - 2)];
        for (std::size_t at = line.find('`'); at != std::string::npos; at = line.find('`', at)) {
            const std::size_t end = line.find('`', at + 1);
            codes.insert(line.substr(at + 1, end - at - 1));
            at = end + 1;
        }
    }
    return out;
}

struct Region {
    std::string name;
    std::size_t end;  ///< offset after its last byte; it begins where the one before ends
};

class CommitFlip : public AdmissionFixture {
protected:
    CommitFlip() : first_(airport_.commit(1)), second_(make_second()) {}

    Bytes make_second() {
        airport_.place.number = {2};
        airport_.place.previous = commit_hash(first_);
        CommitBuilder builder(airport_.place, key_, entropy_);
        Packing packing(Packing::stored);
        for (std::uint8_t i = 1; i <= 3; ++i) {
            Change change;
            change.record.bytes.fill(i);
            change.database = "seizures";
            builder.add(packing.pack(encode_change(change).value()));
        }
        const std::vector<BlobId> blobs{entropy_.fixed<BlobId>(), entropy_.fixed<BlobId>()};
        const SigningOfficer officer{{}, &airport_.identity.sign(), {}};
        Bytes out = builder.finish(std::span(&officer, 1), "seizure", blobs);
        sign_commit(out, airport_.identity.sign());
        return out;
    }

    std::vector<Region> regions() const {
        std::vector<Region> out{
            {"magic", 4},          {"suite", 5},       {"flags", 6},        {"change_count", 8},
            {"log_id", 24},        {"number", 32},     {"previous", 64},    {"time", 72},
            {"roster_length", 80}, {"generation", 84}, {"salt", 100},       {"key_commitment", 132},
            {"root", 164},         {"signature", 228}, {"blob_count", 230}, {"blob ids", 230 + 64}};
        std::string name = "attestation";
        for (const std::size_t at : piece_offsets(second_)) {
            out.push_back({name + " length", at});
            const std::size_t size = second_[at - 4] + second_[at - 3] * std::size_t{256};
            out.push_back({name, at + size});
            name = "change";
        }
        return out;
    }

    /// parse, admit and open, as a node does; the code of the check that failed, or "accepted".
    std::string outcome(ByteView bytes) const {
        const auto commit = parse_commit(bytes);
        if (!commit) {
            return std::string(commit.error().code.name());
        }
        LogStanding log = standing_at(first_);
        if (commit->header.number <= log.tip) {
            log.held_hash = log.tip_hash;
        }
        const auto admission = admit(*commit, log, administration_.roster());
        if (!admission) {
            return std::string(admission.error().code.name());
        }
        return opened(*commit);
    }

    std::string opened(const ParsedCommit& commit) const {
        Packing packing;
        const auto content = open_commit(commit, key_, packing);
        if (!content) {
            return std::string(content.error().code.name());
        }
        if (!content->attestation) {
            return std::string(content->attestation.error().code.name());
        }
        for (const Result<Change>& change : content->changes) {
            if (!change) {
                return std::string(change.error().code.name());
            }
        }
        return "accepted";
    }

    const crypto::Secret key_ = administration_.key(compartment_);
    Bytes first_, second_;
};

TEST_F(CommitFlip, IsOnACommitThatIsOtherwiseAccepted) {
    ASSERT_EQ(regions().back().end, second_.size());
    EXPECT_EQ(outcome(second_), "accepted");
}

TEST_F(CommitFlip, IsRefusedForEveryBitWithTheCodesOfThePage) {
    std::map<std::string, Codes> seen;
    std::size_t at = 0;
    for (const Region& region : regions()) {
        for (; at < region.end; ++at) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                Bytes flipped = second_;
                flipped[at] ^= static_cast<std::uint8_t>(1U << bit);
                seen[region.name].insert(outcome(flipped));
            }
        }
    }
    std::map<std::string, Codes> page = codes_of_the_page();
    page.erase("the end cut off");
    EXPECT_EQ(seen, page);
}

TEST_F(CommitFlip, TruncationIsRefusedAtEveryByteWithTheCodeOfThePage) {
    Codes seen;
    for (std::size_t size = 0; size < second_.size(); ++size) {
        seen.insert(outcome(ByteView(second_).first(size)));
    }
    EXPECT_EQ(seen, codes_of_the_page()["the end cut off"]);
}

TEST_F(CommitFlip, ByTheAuthorHimselfReachesNoContentThatHeDidNotSeal) {
    const auto at = piece_offsets(second_);
    const std::size_t end_of_header = commit_attested_size;
    for (std::size_t bit = 84 * 8; bit < end_of_header * 8; ++bit) {
        Bytes flipped = second_;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        sign_commit(flipped, airport_.identity.sign());
        ASSERT_EQ(outcome(flipped), "commit.key_commitment") << bit;
    }
    for (std::size_t bit = at[0] * 8; bit < second_.size() * 8; ++bit) {
        const std::size_t byte = bit / 8;
        if (byte >= at[1] - 4 && std::any_of(at.begin(), at.end(), [&](std::size_t start) {
                return byte < start && byte + 4 >= start;
            })) {
            continue;  // a length, not sealed bytes
        }
        Bytes flipped = second_;
        flipped[byte] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        flipped = with_root(flipped);
        sign_commit(flipped, airport_.identity.sign());
        ASSERT_EQ(outcome(flipped), byte < at[1] ? "commit.attestation" : "change.seal") << bit;
    }
}

}  // namespace
}  // namespace entrepot::replication
