#include "tools/bench/parts/samples.hpp"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "node/generate/generate.hpp"

namespace entrepot::bench {
namespace {

using replication::encode_change;

Samples make_samples() {
    if (!crypto::initialise()) {
        std::abort();
    }
    Samples out;
    out.catalogue = value_of(node::Catalogue::load());
    out.schema = value_of(out.catalogue->schema("seizures"));
    node::GenerateOptions wish;
    wish.count = sample_count;
    must(node::generate_documents(wish, [&out](const nlohmann::json& document) {
        out.documents.push_back(document);
        return true;
    }));
    crypto::SystemEntropy entropy;
    replication::Packing packing;
    for (const nlohmann::json& document : out.documents) {
        const auto record = entropy.fixed<replication::RecordId>();
        out.changes.push_back(value_of(node::first_change(*out.schema, record, document)));
        out.encoded.push_back(value_of(encode_change(out.changes.back())));
        out.packed.push_back(packing.pack(out.encoded.back()));
    }
    return out;
}

}  // namespace

const Samples& samples() {
    static const Samples made = make_samples();
    return made;
}

void end_with(const Error& error) {
    std::cerr << error.code.name() << ": " << error.context << std::endl;
    std::exit(1);
}

void must(const Status& status) {
    if (!status) {
        end_with(status.error());
    }
}

SampleLog::SampleLog()
    : writer_((samples(), crypto::SigningKey::generate(entropy_))),
      key_(entropy_.secret(crypto::aead_key_size)),
      descriptor_{crypto::node_id_of(writer_.public_key()),
                  entropy_.fixed<replication::CompartmentId>(),
                  entropy_.fixed<replication::Incarnation>()} {}

Bytes SampleLog::next(std::size_t count) {
    replication::CommitBuilder builder({descriptor_.id(), number_.next(), hash_, {}, {1}, {1}},
                                       key_, entropy_);
    for (std::size_t i = 0; i < count; ++i) {
        builder.add(samples().packed[i % sample_count]);
    }
    const replication::SigningOfficer officer{{}, &writer_, {}};
    Bytes out = builder.finish({&officer, 1}, "");
    replication::sign_commit(out, writer_);
    number_ = number_.next();
    hash_ = replication::commit_hash(out);
    return out;
}

}  // namespace entrepot::bench
