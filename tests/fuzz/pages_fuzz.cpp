// A log's database file that somebody changed: the input is a list of changes (offset 3 bytes, two
// bytes to stand there) to a small real file. Whatever is left, the walk over its pages ends, the
// salvage reads on, and a file that the walk lets through is read by the library without a crash.
#include <unistd.h>

#include <fstream>

#include "crypto/base/ensure.hpp"
#include "node/access/node_directory.hpp"
#include "node/store/page_walk.hpp"
#include "node/store/salvage_reader.hpp"
#include "replication/roster/roster.hpp"

namespace {

using namespace entrepot;
using namespace entrepot::node;

constexpr std::size_t change_size = 5;

/// The folder of the file in question; removed when the process ends well.
class Folder {
public:
    Folder() {
        std::string wanted = (std::filesystem::temp_directory_path() / "pages.XXXXXX").string();
        ENSURE(::mkdtemp(wanted.data()) != nullptr);
        path_ = wanted;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path file() const { return path_ / "data.mdb"; }

private:
    std::filesystem::path path_;
};

crypto::Secret link_key() {
    return crypto::Secret::copy_of(Bytes(32, 0x42));
}

Bytes random(crypto::Entropy& entropy, std::size_t size) {
    Bytes out(size);
    entropy.fill(out);
    return out;
}

/// Rows in most tables, among them values of several pages, and pages that are free again.
Bytes real_file(const Folder& folder) {
    ENSURE(crypto::initialise());
    crypto::SeededEntropy entropy(1);
    {
        auto store = LogStore::open(folder.path(), LogStore::Access::read_write, link_key());
        ENSURE(store.has_value());
        for (std::uint64_t number = 1; number <= 24; ++number) {
            const replication::Write entry{
                number, replication::RosterWrite{{number}, random(entropy, 300 * number)}};
            ENSURE((*store)->write(std::span(&entry, 1)).has_value());
        }
        for (const std::size_t size : {20000u, 40u, 9000u}) {
            ENSURE(
                (*store)->set_link_row(LinkRow::peers, random(entropy, size), entropy).has_value());
        }
    }
    auto bytes = read_file(folder.file(), std::size_t{1} << 24);
    ENSURE(bytes.has_value());
    return *std::move(bytes);
}

void write_changed(const Folder& folder, Bytes bytes, ByteView changes) {
    for (; changes.size() >= change_size; changes = changes.subspan(change_size)) {
        const std::size_t at =
            (changes[0] | changes[1] << 8 | changes[2] << 16) % (bytes.size() - 1);
        bytes[at] = changes[3];
        bytes[at + 1] = changes[4];
    }
    std::ofstream out(folder.file(), std::ios::binary | std::ios::trunc);
    out << as_text(bytes);
    ENSURE(out.flush().good());
}

void read_all(const Folder& folder) {
    const auto store = LogStore::open(folder.path(), LogStore::Access::read_only, link_key());
    if (!store) {
        return;
    }
    static_cast<void>((*store)->roster_entries());
    static_cast<void>((*store)->link_row(LinkRow::peers));
    static_cast<void>((*store)->heads());
    static_cast<void>((*store)->marks());
    static_cast<void>((*store)->scan({}, [](const StoredCommit&) { return true; }));
}

void salvage(const Folder& folder) {
    static const SealedRows rows(link_key(), crypto::domain::link_row);
    const auto file = PageFile::open(folder.file());
    ENSURE(file.has_value());
    SalvageReader reader(*file, rows);
    reader.read();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    static const Bytes real = real_file(folder);
    write_changed(folder, real, {data, size});
    const auto options = LogStore::options(LogStore::Access::read_only);
    const bool is_whole = check_pages(folder.path(), options).has_value();
    ENSURE(is_whole || size >= change_size);
    salvage(folder);
    if (is_whole) {
        read_all(folder);
    }
    return 0;
}
