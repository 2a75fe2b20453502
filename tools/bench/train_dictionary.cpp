// train_dictionary DICTIONARY: makes a packing dictionary from generated records and edits of
// them. A new dictionary takes the next number and is shipped beside the old ones, which are never
// removed. The seeds differ from those that benchmarks use, so that they measure unseen records.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/primitives.hpp"
#include "node/databases/catalogue.hpp"
#include "node/generate/generate.hpp"
#include "replication/model/change.hpp"
#include "replication/model/dictionary.hpp"

namespace entrepot::tools {
namespace {

struct Share {
    std::string database;
    std::uint64_t seed;
    std::uint64_t count;
};

/// What an officer changes later: one field, having been shown one commit.
Bytes edit_of(const replication::Change& made, std::size_t which, crypto::Entropy& entropy) {
    replication::Change out;
    out.record = made.record;
    out.database = made.database;
    out.context = {
        {entropy.fixed<replication::LogId>(), {which}, entropy.fixed<replication::HashPrefix>()}};
    out.assignments = {made.assignments[which % made.assignments.size()]};
    auto encoded = replication::encode_change(out);
    return encoded ? *std::move(encoded) : Bytes{};
}

Status add_samples(const node::Catalogue& catalogue, const Share& share,
                   std::vector<Bytes>& samples) {
    TRY_ASSIGN(const node::Schema* schema, catalogue.schema(share.database));
    crypto::SeededEntropy entropy(share.seed);
    Status failed;
    TRY(node::generate_documents(
        {share.seed, share.count, share.database}, [&](const nlohmann::json& document) {
            auto change =
                node::first_change(*schema, entropy.fixed<replication::RecordId>(), document);
            auto encoded =
                change ? replication::encode_change(*change) : Result<Bytes>(change.error());
            if (!encoded) {
                failed = std::move(encoded).error();
                return false;
            }
            samples.push_back(*std::move(encoded));
            if (samples.size() % 6 == 0) {
                samples.push_back(edit_of(*change, samples.size(), entropy));
            }
            return true;
        }));
    return failed;
}

Status train(const std::string& path) {
    TRY_ASSIGN(const auto catalogue, node::Catalogue::load());
    std::vector<Bytes> samples;
    for (const Share& share : {Share{"suspects", 9001, 3000}, Share{"companies", 9002, 2000},
                               Share{"seizures", 9003, 12000}}) {
        TRY(add_samples(*catalogue, share, samples));
    }
    TRY_ASSIGN(const Bytes dictionary, replication::train_dictionary(samples));
    std::ofstream out(path, std::ios::binary);
    out << as_text(dictionary) << std::flush;
    if (!out) {
        return Error{replication::dictionary_samples, "cannot write " + path};
    }
    std::cout << samples.size() << " samples, " << dictionary.size() << " bytes\n";
    return {};
}

}  // namespace
}  // namespace entrepot::tools

int main(int argc, char** argv) {
    if (argc != 2 || !entrepot::crypto::initialise()) {
        std::cerr << "usage: train_dictionary DICTIONARY\n";
        return 2;
    }
    const entrepot::Status status = entrepot::tools::train(argv[1]);
    if (!status) {
        std::cerr << status.error().code.name() << ": " << status.error().context << "\n";
        return 1;
    }
    return 0;
}
