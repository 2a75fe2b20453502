// The worked example of replication/FORMAT.md: built by the product, and derived line by line from
// the formulas of the page with crypto/ alone.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "crypto/base/wire.hpp"
#include "replication/log/commit_opener.hpp"
#include "tests/replication/log/sample_log.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/places.hpp"

namespace entrepot::replication {
namespace {

namespace domain = crypto::domain;

/// "name = hexadecimal" lines of the fenced block; a line that starts with spaces goes on.
std::map<std::string, Bytes> read_example() {
    std::ifstream page(source_folder() + "/replication/FORMAT.md");
    std::map<std::string, std::string> texts;
    std::string name;
    bool is_inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```")) {
            is_inside = line == "```text";
        } else if (is_inside) {
            const std::size_t equals = line.find(" = ");
            if (equals != std::string::npos) {
                name = line.substr(0, line.find(' '));
            }
            const std::size_t start = equals == std::string::npos ? 0 : equals + 3;
            texts[name] += line.substr(line.find_first_not_of(' ', start));
        }
    }
    std::map<std::string, Bytes> out;
    for (const auto& [key, text] : texts) {
        out[key] = from_hex(text).value();
    }
    return out;
}

class FormatExample : public ::testing::Test {
protected:
    ByteView at(const std::string& name) const { return example_.at(name); }
    template <class Fixed>
    Fixed fixed(const std::string& name) const {
        return Fixed::from(at(name)).value();
    }
    Bytes hashed(crypto::Domain what, std::initializer_list<ByteView> parts) const {
        const Hash out = crypto::hash(what, parts);
        return {out.bytes.begin(), out.bytes.end()};
    }
    Bytes derived(const std::string& key, crypto::Domain what, const Bytes& place) const {
        const crypto::Secret out = crypto::derive(at(key), what, {place});
        return {out.view().begin(), out.view().end()};
    }
    Bytes sealed(const std::string& key, const std::string& plain) const {
        Bytes out;
        crypto::seal_once(at(key), at(plain), out);
        return out;
    }
    Bytes whole() const {
        Bytes out = example_.at("header");
        append(out, at("body"));
        return out;
    }
    static Bytes index(std::uint32_t i) { return WireWriter().u32(i).take(); }

    std::map<std::string, Bytes> example_ = read_example();
    crypto::SigningKey node_ = crypto::SigningKey::from_seed(at("node_seed")).value();
    crypto::SigningKey officer_ = crypto::SigningKey::from_seed(at("officer_seed")).value();
};

TEST_F(FormatExample, IsWhatTheBuilderBuilds) {
    CommitPlace place;
    place.log = fixed<LogId>("log_id");
    place.number = {WireReader(at("number")).u64()};
    place.previous = fixed<Hash>("previous");
    place.time = {WireReader(at("time")).u64()};
    place.roster_length = {WireReader(at("roster_length")).u64()};
    place.generation = {WireReader(at("generation")).u32()};
    RepeatedByte salt(at("salt")[0]);
    CommitBuilder builder(place, crypto::Secret::copy_of(at("compartment_key")), salt);
    builder.add(at("plaintext_1"));
    const SigningOfficer officer{fixed<OfficerId>("officer_id"), &officer_, at("certificate")};
    const BlobId blob = fixed<BlobId>("blob_id");
    Bytes built =
        builder.finish(std::span(&officer, 1), as_text(at("purpose")), std::span(&blob, 1));
    sign_commit(built, node_);
    EXPECT_EQ(to_hex(built), to_hex(whole()));
}

TEST_F(FormatExample, IdentifiersFollowFromKeys) {
    EXPECT_EQ(fixed<NodeId>("node_id").bytes,
              crypto::hash128(domain::node, {node_.public_key().view()}));
    EXPECT_EQ(
        fixed<LogId>("log_id").bytes,
        crypto::hash128(domain::log, {at("node_id"), at("compartment_id"), at("incarnation")}));
}

TEST_F(FormatExample, KeysFollowFromTheCompartmentKey) {
    WireWriter place;
    place.u8(1).raw(at("log_id")).raw(at("number")).raw(at("generation")).raw(at("salt"));
    EXPECT_EQ(derived("compartment_key", domain::commit, place.take()), example_.at("K_commit"));
    EXPECT_EQ(derived("K_commit", domain::seal, index(0)), example_.at("K_0"));
    EXPECT_EQ(derived("K_commit", domain::seal, index(1)), example_.at("K_1"));
    EXPECT_EQ(hashed(domain::commitment,
                     {hashed(domain::key, {at("K_0")}), hashed(domain::key, {at("K_1")})}),
              example_.at("key_commitment"));
}

TEST_F(FormatExample, RootFollowsFromSealedPieces) {
    EXPECT_EQ(sealed("K_0", "plaintext_0"), example_.at("sealed_0"));
    EXPECT_EQ(sealed("K_1", "plaintext_1"), example_.at("sealed_1"));
    EXPECT_EQ(hashed(domain::leaf, {index(0), at("sealed_0")}), example_.at("leaf_0"));
    EXPECT_EQ(hashed(domain::leaf, {index(1), at("sealed_1")}), example_.at("leaf_1"));
    EXPECT_EQ(hashed(domain::changes, {at("leaf_1")}), example_.at("changes_root"));
    EXPECT_EQ(hashed(domain::root,
                     {hashed(domain::blobs, {at("blob_id")}), at("leaf_0"), at("changes_root")}),
              example_.at("root"));
}

TEST_F(FormatExample, AttestationHoldsTheOfficersSignature) {
    const crypto::Signature signature = officer_.sign(
        domain::attest,
        {at("header").first(132), at("changes_root"), hashed(domain::purpose, {at("purpose")})});
    WireWriter out;
    out.sized16(at("purpose")).u8(1).raw(at("officer_id")).fixed(signature);
    out.u8(1).sized16(at("certificate"));
    EXPECT_EQ(out.take(), example_.at("plaintext_0"));
}

TEST_F(FormatExample, HeaderAndBodyAreTheirFieldsInOrder) {
    WireWriter header;
    header.raw(as_bytes("EPC1")).u8(1).u8(0).u16(1).raw(at("log_id")).raw(at("number"));
    header.raw(at("previous")).raw(at("time")).raw(at("roster_length")).raw(at("generation"));
    header.raw(at("salt")).raw(at("key_commitment")).raw(at("root"));
    header.fixed(node_.sign(domain::commit, {header.view()}));
    EXPECT_EQ(header.view().size(), commit_header_size);
    EXPECT_EQ(header.take(), example_.at("header"));
    WireWriter body;
    body.u16(1).raw(at("blob_id")).sized32(at("sealed_0")).sized32(at("sealed_1"));
    EXPECT_EQ(body.take(), example_.at("body"));
    EXPECT_EQ(hashed(domain::hash, {at("header")}), example_.at("commit_hash"));
}

TEST_F(FormatExample, GoesOverALinkAsThePageSays) {
    const Bytes bytes = whole();
    const auto commit = parse_commit(bytes);
    ASSERT_THAT(commit, IsOk());
    EXPECT_EQ(to_hex(to_wire(*commit)), to_hex(at("on_the_link")));
    EXPECT_THAT(from_wire(at("on_the_link"), commit->header.log, commit->header.number,
                          commit->header.previous),
                IsOkAndHolds(bytes));
}

}  // namespace
}  // namespace entrepot::replication
