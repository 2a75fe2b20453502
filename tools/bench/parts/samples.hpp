// Samples: generated seizures as the parts see them: documents, changes, packed changes, commits.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "node/databases/catalogue.hpp"
#include "replication/log/commit_builder.hpp"
#include "replication/model/packing.hpp"

namespace entrepot::bench {

inline constexpr std::size_t sample_count = 256;

struct Samples {
    std::unique_ptr<node::Catalogue> catalogue;
    const node::Schema* schema = nullptr;
    std::vector<nlohmann::json> documents;
    std::vector<replication::Change> changes;
    std::vector<Bytes> encoded;
    std::vector<Bytes> packed;
};

/// Made once, when first asked for.
const Samples& samples();

/// Ends the process with the error's words: a benchmark has nobody to tell.
[[noreturn]] void end_with(const Error& error);
template <class T>
T value_of(Result<T> result) {
    if (!result) {
        end_with(result.error());
    }
    return std::move(result).value();
}
void must(const Status& status);

/// Commits of one log, signed, each continuing the last.
class SampleLog {
public:
    SampleLog();
    /// A commit of the first `count` sample changes.
    Bytes next(std::size_t count);
    const replication::LogDescriptor& descriptor() const { return descriptor_; }
    replication::CommitNumber number() const { return number_; }
    const crypto::Secret& key() const { return key_; }
    const crypto::SigningKey& writer() const { return writer_; }

private:
    crypto::SystemEntropy entropy_;
    crypto::SigningKey writer_;
    crypto::Secret key_;
    replication::LogDescriptor descriptor_;
    replication::CommitNumber number_;
    Hash hash_;
};

}  // namespace entrepot::bench
