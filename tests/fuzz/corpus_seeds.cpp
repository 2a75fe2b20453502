// Writes the seeds of the fuzz targets, one valid input and more for each decoder: corpus_seeds
// tests/fuzz/corpus. The same each time. What the targets of commit and roster start from was
// written by the tests of their formats.
#include <filesystem>
#include <fstream>
#include <map>

#include "crypto/base/ensure.hpp"
#include "crypto/base64.hpp"
#include "crypto/envelope.hpp"
#include "crypto/keybag.hpp"
#include "crypto/words.hpp"
#include "node/access/settings.hpp"
#include "node/access/vault.hpp"
#include "node/audit/audit_entry.hpp"
#include "node/channel/channel_message.hpp"
#include "node/databases/field_value.hpp"
#include "node/databases/shipped.hpp"
#include "node/desk/token.hpp"
#include "node/roots/entry_draft.hpp"
#include "replication/bundle/bundle_item.hpp"
#include "replication/log/attestation_codec.hpp"
#include "replication/log/fork.hpp"
#include "replication/model/packing.hpp"
#include "replication/roster/officer_certificate.hpp"
#include "replication/sync/message.hpp"
#include "tests/replication/model/worked_example.hpp"
#include "tests/replication/sync/session_pair.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::replication;

class Corpus {
public:
    explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_);
    }
    void add(const std::string& name, ByteView bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << as_text(bytes);
    }
    /// For targets of several decoders: `which` is the decoder's place in their table.
    void add(std::uint8_t which, const std::string& name, ByteView bytes) const {
        Bytes whole{which};
        append(whole, bytes);
        add(name, whole);
    }
    void add(std::uint8_t which, const std::string& name, std::string_view text) const {
        add(which, name, as_bytes(text));
    }

private:
    std::filesystem::path folder_;
};

void add_changes(const Corpus& corpus) {
    const Bytes change = encode_change(worked_example()).value();
    corpus.add(0, "change", change);
    const std::vector<Value> values{true,
                                    std::int64_t{-7},
                                    Decimal{1250, 2},
                                    std::string("a crate"),
                                    CodeValue{"kg"},
                                    Date{2026, 3, 0, DatePrecision::month},
                                    Moment{1'700'000'000'000, -300},
                                    GeoPoint{1, 2},
                                    Reference{},
                                    SealedValue{{1, 2, 3}},
                                    Liveness::removed};
    for (const Value& value : values) {
        corpus.add(1, "value_" + std::to_string(value.index()), encode_value(value));
    }
    corpus.add(2, "state", encode_state(worked_state()));
    for (const std::uint8_t with :
         {Packing::no_dictionary, Packing::first_dictionary, Packing::stored}) {
        corpus.add(3, "packed_" + std::to_string(with), Packing(with).pack(change));
    }
    corpus.add(4, "attestation", encode_attestation({"case 12", {{}, {}}, {Bytes(64, 5)}}));
    corpus.add(5, "fork", Bytes(ForkProof::wire_size, 1));
    corpus.add(6, "descriptor", LogDescriptor{}.encode());
}

void add_crypto(const Corpus& corpus) {
    using namespace crypto;
    SeededEntropy entropy(1);
    corpus.add(0, "hex", "00ff7A");
    corpus.add(1, "base32", "01234567zw");
    corpus.add(2, "base64", to_base64(Bytes(20, 0xa5)));
    corpus.add(3, "words", eight_words(Hash{{127, 0, 0, 1}}));
    const auto cheap = [](ByteView, const std::array<std::uint8_t, 16>&,
                          const Argon2Cost&) -> Result<Secret> {
        return Secret::copy_of(Bytes(32, 1));
    };
    const ByteView words = as_bytes("correct horse");
    corpus.add(4, "keybag", seal_keybag(words, {}, Bytes(64, 7), {}, entropy, cheap).value());
    corpus.add(5, "service_slot",
               seal_service_slot(Secret::copy_of(Bytes(32, 0x5e)), Bytes(64, 7), entropy));
    const auto box = BoxKey::from_secret(Bytes(32, 0x42)).value().public_key();
    corpus.add(6, "envelope",
               seal_to(box, as_bytes("use"), {}, as_bytes("letter"), entropy).value());
    corpus.add(7, "sealed",
               seal_random(Bytes(32, 0x42), as_bytes("row"), as_bytes("crate"), entropy));
    const auto identity = Identity::generate(entropy);
    corpus.add(8, "identity", identity.public_part().encode());
    Bytes signature = identity.public_part().encode();
    signature.resize(PublicKey::size);
    append(signature, identity.sign().sign(domain::commit, {as_bytes("crate")}).view());
    append(signature, as_bytes("crate"));
    corpus.add(9, "signature", signature);
}

void add_messages(const Corpus& corpus) {
    using namespace node;
    std::vector<ChannelMessage> messages;
    messages.emplace_back(OpenStore{crypto::Secret::copy_of(Bytes(32, 1))});
    messages.emplace_back(AppendCommit{{1}, {}, Bytes(40, 2)});
    messages.emplace_back(AppendRoster{{2}, {Bytes(3, 1), Bytes(4, 2)}});
    messages.emplace_back(Opened{});
    messages.emplace_back(Signed{{3}, {}});
    messages.emplace_back(Stored{{4}});
    messages.emplace_back(Failed{{5}, "store.disk_full", "no space"});
    messages.emplace_back(Moved{6, 7});
    for (const ChannelMessage& message : messages) {
        const Bytes bytes = encode_message(message);
        const auto name = std::to_string(message.index());
        corpus.add(0, "message_" + name, bytes);
        Bytes frame{static_cast<std::uint8_t>(bytes.size()), 0, 0, 0};
        append(frame, bytes);
        corpus.add(1, "frame_" + name, frame);
    }
}

void add_node(const Corpus& corpus) {
    using namespace node;
    crypto::SeededEntropy entropy(1);
    add_messages(corpus);
    corpus.add(2, "settings", encode(Settings{NodeKind::unit, "Airport", "JM"}));
    const auto vault = Vault::create(crypto::BoxKey::generate(entropy), "A. Campbell", entropy);
    corpus.add(3, "vault", vault.encode().view());
    corpus.add(4, "token",
               make_token({}, worked_example().context, crypto::Secret::copy_of(Bytes(32, 0x42))));
    corpus.add(5, "reference", reference_to_text({}));
    const Hash hash{{127, 0, 0, 1}};
    corpus.add(6, "pin_words", crypto::eight_words(hash));
    corpus.add(6, "pin_whole", to_base32(hash.view()));
    corpus.add(7, "address", "tcp://[::1]:4711");
    corpus.add(7, "address_name", "tcp://hq.example:4711");
}

constexpr std::string_view seizure =
    R"({"kind": "seizure", "seized_on": "2026-03", "technical_aids": ["dog"], )"
    R"("goods": [{"category": "cites", "quantity": "12.50", "unit": "kg"}], )"
    R"("route": {"2": {"country": "MG"}, "3": null}})";

void add_rows(const Corpus& corpus) {
    corpus.add(0, "csv", "a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\r\n\r\n,\n");
    corpus.add(1, "lines", "{\"a\": 1}\n\n{}\n");
    corpus.add(2, "routes", "Date,Airport of seizure\n2016-03-01,\"Nairobi, Kenya\"\n");
    corpus.add(3, "weapons", "Fiscal Year,Month,Quantity\n2021,OCT,\"1,200\"\n");
    corpus.add(4, "documents", std::string(seizure) + "\n");
}

void add_documents(const Corpus& corpus) {
    corpus.add(0, "seizure", seizure);
    corpus.add(1, "suspect", R"({"names": [{"family": "Doe"}], "born_on": "1980"})");
    corpus.add(2, "company", R"({"name": "Blue Lane Ltd", "country": "JM"})");
    corpus.add(3, "value", "2026-03-07");
    corpus.add(4, "query", "goods.category:cites seized_on:2026-01..2026-03 remarks~\"two words\"");
    corpus.add(5, "moment", "2016-03-07T14:05:09.250+01:00");
    corpus.add(5, "decimal", "-12.50");
}

/// One entry of every kind that is left: unsigned, or signed by the wrong keys, as a stranger's.
void add_roster(const Corpus& corpus) {
    const auto administration = AdministrationFixture::with_two_units();
    const Roster& roster = administration.roster();
    const auto& node = roster.nodes().front()->identity;
    const CompartmentId compartment = roster.compartments().front()->id;
    ErasureEntry erasure;
    erasure.reason = "Act 4";
    erasure.changes = {{{}, {1}, 2}};
    const std::vector<std::pair<std::string, EntryContent>> contents{
        {"generation", GenerationEntry{compartment, {2}, {}}},
        {"grant", GrantEntry{compartment, node.id(), Right::read, {1}, {}}},
        {"cut", CutEntry{{{}, {4}, {}}}},
        {"erasure", erasure},
        {"roots", RootChange{1, {node.sign}}},
        {"partner", PartnerEntry{"GE", roster.root_fingerprint(), true}},
        {"auditor", AuditorEntry{node.box}},
        {"numbers", NumbersEntry{node.id(), {5000, 1000}}},
        {"outer", OuterGenesis{*roster.genesis(), "GE", roster.root_fingerprint()}},
        {"settlement", SettlementEntry{{3}, administration.entries().back()}}};
    for (const auto& [name, content] : contents) {
        corpus.add(0, name, sign_entry(roster, {1}, content, {}));
    }
}

void add_carried(const Corpus& corpus) {
    const auto administration = AdministrationFixture::with_two_units();
    const auto& self = administration.headquarters();
    const node::EntryDraft draft = node::EntryDraft::make(
        administration.roster(), {1},
        PartnerEntry{"GE", administration.roster().root_fingerprint(), true});
    corpus.add(0, "draft", draft.encode());
    OfficerCertificate officer;
    officer.node = self.id();
    officer.key = self.sign().public_key();
    officer.roles = 1;
    officer.until = {1'000};
    corpus.add(1, "officer", sign_officer(officer, self.sign()));
    node::AuditEntry entry;
    entry.records = {{administration.roster().compartments().front()->id, {}}};
    entry.text = "place:Palisadoes";
    entry.purpose = "case 12";
    corpus.add(2, "audit", node::encode_entry(entry));
    Receipt receipt;
    receipt.node = self.id();
    receipt.administration = administration.roster().administration();
    receipt.roster_length = administration.roster().length();
    receipt.heads = {{{}, {3}, {}}};
    receipt.sign(self.sign());
    corpus.add(3, "receipt", receipt.encode());
    WireWriter backup;
    for (const std::string name : {"log/data.mdb", "slots/1.slot", "../x"}) {
        backup.sized16(as_bytes(name)).u64(3).raw(Bytes{1, 2, 3});
        corpus.add(5, "backup_" + std::to_string(name.size()), backup.view());
    }
    corpus.add(5, "backup", backup.u16(0).view());
}

/// Kind and content of an item, as its target reads them.
void add_bundle(const Corpus& corpus) {
    const std::vector<BundleItem> items{BundleRoster{{3}, {Bytes{97, 98}}},
                                        BundleReceipt{{1, 2, 3}},
                                        BundleFork{{4, 5}},
                                        BundleContents{{{{}, {1}, {2}}}},
                                        BundleLog{}};
    for (const BundleItem& item : items) {
        const Bytes whole = encode_item(item);
        Bytes seed{whole[0]};
        append(seed, ByteView(whole).subspan(5));
        corpus.add("item_" + std::to_string(whole[0]), seed);
    }
    Bytes header(300);
    const std::string_view start = "EPB1\x01";
    std::copy(start.begin(), start.end(), header.begin());
    header[85] = 1;
    corpus.add("header", header);
}

/// Every shipped schema, list and mapping, as far as its first 12,000 bytes.
void add_files(const Corpus& corpus) {
    const std::map<std::string, std::uint8_t> folders{
        {"schemas", 0}, {"lists", 1}, {"mappings", 2}};
    for (const node::ShippedFile& file : node::shipped_files()) {
        std::string name(file.name);
        const auto slash = name.find('/');
        const auto which = folders.find(name.substr(0, slash));
        if (which != folders.end()) {
            name[slash] = '_';
            corpus.add(which->second, name, file.text.substr(0, 12'000));
        }
    }
}

/// What a dialler with two commits says once both ends agree; each message without its number.
void add_session(const Corpus& corpus, const Corpus& parts) {
    auto administration = AdministrationFixture::with_two_units();
    SessionPair pair(administration);
    Bytes said;
    std::size_t number = 0;
    bool agreed = false;
    pair.on_message = [&](End& to, Bytes& message) {
        parts.add("message_" + std::to_string(number++), message);
        if (agreed && &to == &pair.accepter()) {
            WireReader in(message);
            message::read_varint(in);
            said.push_back(static_cast<std::uint8_t>(in.rest().size() & 0xff));
            said.push_back(static_cast<std::uint8_t>(in.rest().size() >> 8));
            append(said, in.rest());
        }
        return true;
    };
    pair.connect();
    agreed = pair.reach_sync();
    pair.write(pair.dialler(), administration.compartment("joint seizures"), 2);
    ENSURE(pair.reach_sync());
    corpus.add("two_commits", said);
}

}  // namespace

int main(int count, char** words) {
    if (count != 2 || !crypto::initialise()) {
        return 2;
    }
    const std::filesystem::path folder = words[1];
    add_changes(Corpus(folder / "change"));
    add_crypto(Corpus(folder / "crypto"));
    add_node(Corpus(folder / "node"));
    add_rows(Corpus(folder / "rows"));
    add_documents(Corpus(folder / "document"));
    add_files(Corpus(folder / "files"));
    add_bundle(Corpus(folder / "bundle"));
    add_roster(Corpus(folder / "roster"));
    add_carried(Corpus(folder / "carried"));
    add_session(Corpus(folder / "session"), Corpus(folder / "message"));
    return 0;
}
