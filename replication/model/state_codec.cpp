// The bytes of a record state, CHANGE_FORMAT.md: form, database, shown, authors, paths. Authors
// name their log by its place in `shown`; a path says how much it shares with the one before it.
#include <algorithm>

#include "crypto/base/ensure.hpp"
#include "replication/model/record_state.hpp"
#include "replication/model/value_codec.hpp"

namespace entrepot::replication {
namespace {

constexpr ArchiveCodes codes{state_malformed, state_malformed, state_malformed};
constexpr std::uint8_t state_form = 1;
constexpr std::size_t no_limit = std::size_t{1} << 31;
constexpr std::size_t least_shown = 16 + 1 + 8;
constexpr std::size_t least_author = 1 + 1 + 8;
constexpr std::size_t least_path = 1 + 1 + 1 + 2;
constexpr std::size_t reserved_paths = 64;  // beyond it vectors grow as bytes justify

void save_time(BoundedOutputArchive& archive, HybridTime time) {
    save_u32(archive, static_cast<std::uint32_t>(time.value));
    save_u32(archive, static_cast<std::uint32_t>(time.value >> 32));
}
HybridTime load_time(BoundedInputArchive& archive) {
    const std::uint64_t low = load_u32(archive);
    return {static_cast<std::uint64_t>(load_u32(archive)) << 32 | low};
}

void save_shown(BoundedOutputArchive& archive, const Context& shown) {
    archive.varint(shown.size());
    for (const ContextEntry& entry : shown) {
        archive(entry.log);
        archive.varint(entry.number.value);
        archive(entry.hash);
    }
}
void load_shown(BoundedInputArchive& archive, Context& shown) {
    shown.resize(archive.count(no_limit, least_shown));
    for (std::size_t i = 0; i < shown.size(); ++i) {
        archive(shown[i].log);
        shown[i].number.value = archive.varint();
        archive(shown[i].hash);
        if (shown[i].number.value == 0 || (i > 0 && !(shown[i - 1].log < shown[i].log))) {
            archive_malformed("shown commits out of order");
        }
    }
}

void save_authors(BoundedOutputArchive& archive, const RecordState& state) {
    archive.varint(state.authors.size());
    std::size_t log = 0;
    for (const SiblingAuthor& author : state.authors) {
        while (log < state.shown.size() && state.shown[log].log != author.dot.log) {
            ++log;
        }
        ENSURE(log < state.shown.size() && author.dot.number <= state.shown[log].number);
        archive.varint(log);
        archive.varint(state.shown[log].number.value - author.dot.number.value);
        save_time(archive, author.time);
    }
}
void load_authors(BoundedInputArchive& archive, RecordState& state) {
    state.authors.resize(archive.count(no_limit, least_author));
    for (std::size_t i = 0; i < state.authors.size(); ++i) {
        SiblingAuthor& author = state.authors[i];
        const std::uint64_t log = archive.varint();
        const std::uint64_t back = archive.varint();
        if (log >= state.shown.size() || back >= state.shown[log].number.value) {
            archive_malformed("an author that is not shown");
        }
        author.dot = {state.shown[log].log, {state.shown[log].number.value - back}};
        author.time = load_time(archive);
        if (i > 0 && !(state.authors[i - 1].dot < author.dot)) {
            archive_malformed("authors out of order");
        }
    }
}

/// Each sibling: its author times two, plus one when another follows; then its value.
void save_siblings(BoundedOutputArchive& archive, const std::vector<Sibling>& siblings) {
    ENSURE(!siblings.empty());
    for (std::size_t i = 0; i < siblings.size(); ++i) {
        const bool more = i + 1 < siblings.size();
        archive.varint(std::uint64_t{siblings[i].author} << 1 | (more ? 1 : 0));
        archive(siblings[i].value);
    }
}
void load_siblings(BoundedInputArchive& archive, std::vector<Sibling>& siblings,
                   std::vector<bool>& used) {
    bool more = true;
    while (more) {
        const std::uint64_t word = archive.varint();
        more = (word & 1) != 0;
        const std::uint64_t author = word >> 1;
        if (author >= used.size() || (!siblings.empty() && author <= siblings.back().author)) {
            archive_malformed("a sibling without an author, or out of order");
        }
        used[author] = true;
        Sibling& sibling = siblings.emplace_back();
        sibling.author = static_cast<std::uint32_t>(author);
        archive(sibling.value);
    }
}

void save_path(BoundedOutputArchive& archive, const Path& path, const Path& before) {
    const auto differs =
        std::mismatch(path.begin(), path.end(), before.begin(), before.end()).first;
    const auto shared = static_cast<std::size_t>(differs - path.begin());
    archive.varint(shared);
    archive.sized(as_bytes(std::string_view(path).substr(shared)));
}
/// What follows the shared part is above what stood there: sorted, and no more could be shared.
void load_path(BoundedInputArchive& archive, Path& path, const Path* before) {
    const std::uint64_t shared = archive.varint();
    const std::string_view own = as_text(archive.sized(path_limit));
    const std::size_t length = before != nullptr ? before->size() : 0;
    const bool may_be_empty = before == nullptr;
    if (shared > length || (own.empty() && !may_be_empty) ||
        (shared < length && own.front() <= (*before)[shared])) {
        archive_malformed("paths out of order");
    }
    path.reserve(shared + own.size());
    if (shared > 0) {
        path.assign(*before, 0, shared);
    }
    path.append(own);
    if (!check_path(path)) {
        archive_malformed("a path that is none");
    }
}

}  // namespace

void save(BoundedOutputArchive& archive, const RecordState& state) {
    archive.byte(state_form);
    archive.sized(as_bytes(state.database));
    save_shown(archive, state.shown);
    save_authors(archive, state);
    archive.varint(state.paths.size());
    const Path none;
    const Path* before = &none;
    for (const PathState& path : state.paths) {
        save_path(archive, path.path, *before);
        save_siblings(archive, path.siblings);
        before = &path.path;
    }
}
void load(BoundedInputArchive& archive, RecordState& state) {
    if (archive.byte() != state_form) {
        archive_malformed("a form of state not known here");
    }
    state.database = as_text(archive.sized(32));
    load_shown(archive, state.shown);
    load_authors(archive, state);
    const std::size_t count = archive.count(no_limit, least_path);
    state.paths.reserve(std::min(count, reserved_paths));
    std::vector<bool> used(state.authors.size());
    for (std::size_t i = 0; i < count; ++i) {
        PathState& path = state.paths.emplace_back();
        load_path(archive, path.path, i > 0 ? &state.paths[i - 1].path : nullptr);
        load_siblings(archive, path.siblings, used);
    }
    if (std::find(used.begin(), used.end(), false) != used.end()) {
        archive_malformed("an author without a sibling");
    }
}

Bytes encode_state(const RecordState& state) {
    Result<Bytes> bytes = write_bounded(state, no_limit, codes);
    ENSURE(bytes.has_value());
    return std::move(bytes).value();
}

Result<RecordState> decode_state(ByteView bytes) {
    return read_bounded<RecordState>(bytes, codes);
}

}  // namespace entrepot::replication
