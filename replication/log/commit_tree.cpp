#include "replication/log/commit_tree.hpp"

namespace entrepot::replication {

using crypto::Hasher;
namespace domain = crypto::domain;

Hash leaf_of(std::uint32_t index, ByteView sealed) {
    return Hasher(domain::leaf).add_u32(index).add(sealed).finish();
}

Hash changes_root_of(std::span<const Hash> leaves) {
    Hasher hasher(domain::changes);
    for (const Hash& leaf : leaves) {
        hasher.add(leaf.view());
    }
    return hasher.finish();
}

Hash changes_root_of(const ParsedCommit& commit) {
    Hasher hasher(domain::changes);
    std::uint32_t index = 0;
    for (const SealedChange& change : commit.changes) {
        ++index;
        if (change.erased) {
            hasher.add(change.bytes);
        } else {
            hasher.add(leaf_of(index, change.bytes).view());
        }
    }
    return hasher.finish();
}

Hash root_of(std::span<const BlobId> blobs, ByteView attestation, const Hash& changes_root) {
    Hasher ids(domain::blobs);
    for (const BlobId& blob : blobs) {
        ids.add(blob.view());
    }
    return crypto::hash(domain::root,
                        {ids.finish().view(), leaf_of(0, attestation).view(), changes_root.view()});
}

Hash purpose_hash(std::string_view purpose) {
    return crypto::hash(domain::purpose, {as_bytes(purpose)});
}

}  // namespace entrepot::replication
