// sample_changes SEED DATABASE COUNT [DATABASE COUNT]…: generated records as first changes, each
// preceded by its length in four bytes, on standard output: what train_dictionary reads.
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/base/wire.hpp"
#include "crypto/primitives.hpp"
#include "node/databases/catalogue.hpp"
#include "node/generate/generate.hpp"

namespace entrepot::tools {
namespace {

std::uint64_t number_of(const std::string& word) {
    std::uint64_t out = 0;
    std::from_chars(word.data(), word.data() + word.size(), out);
    return out;
}

Status write_changes(const node::Catalogue& catalogue, const node::GenerateOptions& wish,
                     WireWriter& out) {
    TRY_ASSIGN(const node::Schema* schema, catalogue.schema(wish.database));
    crypto::SystemEntropy entropy;
    Status failed;
    TRY(node::generate_documents(wish, [&](const nlohmann::json& document) {
        const auto record = entropy.fixed<replication::RecordId>();
        const auto change = node::first_change(*schema, record, document);
        const auto bytes = change ? replication::encode_change(*change) : change.error();
        if (!bytes) {
            failed = bytes.error();
            return false;
        }
        out.sized32(*bytes);
        return true;
    }));
    return failed;
}

Status write_all(const std::vector<std::string>& words) {
    TRY_ASSIGN(const auto catalogue, node::Catalogue::load());
    WireWriter out;
    for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
        TRY(write_changes(*catalogue, {number_of(words[0]), number_of(words[i + 1]), words[i]},
                          out));
    }
    std::cout << as_text(out.view()) << std::flush;
    return {};
}

}  // namespace
}  // namespace entrepot::tools

int main(int count, char** words) {
    if (count < 4 || !entrepot::crypto::initialise()) {
        std::cerr << "usage: sample_changes SEED DATABASE COUNT [DATABASE COUNT]...\n";
        return 2;
    }
    const entrepot::Status written = entrepot::tools::write_all({words + 1, words + count});
    if (!written) {
        std::cerr << written.error().code.name() << ": " << written.error().context << "\n";
        return 1;
    }
    return 0;
}
