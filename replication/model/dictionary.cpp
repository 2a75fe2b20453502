#include "replication/model/dictionary.hpp"

#include <zdict.h>

namespace entrepot::replication {

Result<Bytes> train_dictionary(const std::vector<Bytes>& samples) {
    Bytes joined;
    std::vector<std::size_t> sizes;
    for (const Bytes& sample : samples) {
        append(joined, sample);
        sizes.push_back(sample.size());
    }
    Bytes out(dictionary_size);
    const std::size_t size = ZDICT_trainFromBuffer(
        out.data(), out.size(), joined.data(), sizes.data(), static_cast<unsigned>(sizes.size()));
    if (ZDICT_isError(size) != 0) {
        return Error{dictionary_samples, ZDICT_getErrorName(size)};
    }
    out.resize(size);
    return out;
}

}  // namespace entrepot::replication
