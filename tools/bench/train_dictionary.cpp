// train_dictionary SAMPLES DICTIONARY: makes a packing dictionary from encoded changes, each
// preceded by its length in four bytes, little-endian ("-" reads standard input). A new dictionary
// takes the next number and is shipped beside the old ones, which are never removed.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "crypto/base/wire.hpp"
#include "replication/model/change.hpp"
#include "replication/model/dictionary.hpp"

namespace entrepot::tools {
namespace {

Result<std::vector<Bytes>> read_samples(std::istream& in) {
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    WireReader reader(as_bytes(all));
    std::vector<Bytes> out;
    while (reader.ok() && !reader.rest().empty()) {
        const ByteView sample = reader.sized32(replication::change_plain_limit);
        out.emplace_back(sample.begin(), sample.end());
    }
    TRY(reader.finish("samples"));
    return out;
}

Status train(const std::string& samples_path, const std::string& dictionary_path) {
    std::ifstream file;
    if (samples_path != "-") {
        file.open(samples_path, std::ios::binary);
    }
    TRY_ASSIGN(const std::vector<Bytes> samples,
               read_samples(samples_path == "-" ? std::cin : file));
    TRY_ASSIGN(const Bytes dictionary, replication::train_dictionary(samples));
    std::ofstream out(dictionary_path, std::ios::binary);
    out << as_text(dictionary) << std::flush;
    if (!out) {
        return Error{replication::dictionary_samples, "cannot write " + dictionary_path};
    }
    std::cout << samples.size() << " samples, " << dictionary.size() << " bytes\n";
    return {};
}

}  // namespace
}  // namespace entrepot::tools

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: train_dictionary SAMPLES DICTIONARY\n";
        return 2;
    }
    const entrepot::Status status = entrepot::tools::train(argv[1], argv[2]);
    if (!status) {
        std::cerr << status.error().code.name() << ": " << status.error().context << "\n";
        return 1;
    }
    return 0;
}
