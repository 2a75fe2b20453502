#include "node/store/salvage_reader.hpp"

#include <algorithm>

#include "node/store/page_walk.hpp"

namespace entrepot::node {
namespace {

constexpr std::size_t most_copies = 8;
constexpr std::size_t descriptor_size = replication::LogDescriptor::wire_size;
constexpr std::size_t index_size = 4;  // in front of a commit
constexpr std::size_t most_row = replication::commit_limit + descriptor_size;
constexpr std::string_view commit_start = "EPC1";
// Places in the lists of STORE.md.
constexpr std::uint8_t logs_table = 2, roster_table = 3, rows_table = 4, ended_table = 7;

bool has_commit_at(ByteView value, std::size_t at) {
    return value.size() >= at + replication::commit_header_size &&
           as_text(value.subspan(at, commit_start.size())) == commit_start;
}

}  // namespace

void SalvageReader::read() {
    read_trees();
    for (std::uint64_t page = 2; page < file_.page_count(); ++page) {
        read_page({page});
    }
}

void SalvageReader::read_trees() {
    const auto meta = file_.newest_meta();
    if (!meta) {
        return;
    }
    const auto options = LogStore::options(LogStore::Access::read_only);
    PageWalk walk(file_, *meta, options, PageWalk::Mode::lenient,
                  [this](std::string_view table, const PageNode& node) {
                      if (table != "c" && table != "i") {
                          take(node, {});
                      }
                  });
    static_cast<void>(walk.run());  // lenient: has no errors
}

void SalvageReader::read_page(PageNumber number) {
    page_bytes_.resize(file_.page_size());
    if (!file_.read(number, page_bytes_) || !TreePage::parse(page_bytes_, number, page_) ||
        page_.kind() != PageKind::leaf) {
        return;
    }
    for (const PageNode& node : page_.nodes()) {
        const std::uint64_t base = number.value * file_.page_size();
        if (node.large != no_page) {
            const bool in_file = node.large.value < file_.page_count();
            take(node, {in_file ? node.large.value * file_.page_size() + large_header_size : 0,
                        node.large_size});
        } else {
            take(node, {base + static_cast<std::uint64_t>(node.value.data() - page_bytes_.data()),
                        node.value.size()});
        }
    }
}

Result<Bytes> SalvageReader::value_of(const PageNode& node) const {
    if (node.large == no_page) {
        return Bytes(node.value.begin(), node.value.end());
    }
    if (node.large_size > most_row) {
        return damaged_page(node.large, "larger than any row");
    }
    Bytes out(large_header_size + node.large_size);
    TRY(file_.read(node.large, out));
    TRY(read_large_header(out, node.large));
    out.erase(out.begin(), out.begin() + large_header_size);
    return out;
}

void SalvageReader::take(const PageNode& node, const Place& place) {
    if (node.is_tree || node.large_size > most_row) {
        return;
    }
    if (node.key.size() == replication::LogId::size) {
        return take_ended(node.key, node.value);
    }
    if (node.key.size() != sizeof(std::uint64_t)) {
        return;
    }
    const auto value = value_of(node);
    if (!value) {
        return;
    }
    std::uint64_t number = 0;
    std::memcpy(&number, node.key.data(), sizeof number);
    if (has_commit_at(*value, index_size) && place.size == value->size()) {
        take_commit(number, place);
    } else if (!take_unsealed(number, *value)) {
        take_sealed(number, *value);
    }
}

void SalvageReader::take_commit(std::uint64_t position, const Place& place) {
    auto& places = commits_[{position}];
    if (places.size() < most_copies) {
        places.push_back(place);
    }
}

bool SalvageReader::take_unsealed(std::uint64_t number, ByteView value) {
    if (!has_commit_at(value, descriptor_size)) {
        return false;
    }
    const bool is_fork = value.size() == replication::ForkProof::wire_size &&
                         has_commit_at(value, descriptor_size + replication::commit_header_size);
    (is_fork ? fork_rows_ : aside_rows_).try_emplace(number, value.begin(), value.end());
    return true;
}

void SalvageReader::take_sealed(std::uint64_t number, ByteView value) {
    const std::pair<std::uint8_t, PlainRows*> tables[] = {
        {roster_table, &roster_rows_}, {logs_table, &log_rows_}, {rows_table, &node_rows_}};
    for (const auto& [table, rows] : tables) {
        if (rows->contains(number)) {
            continue;
        }
        if (auto plain = rows_.open(table, number, value)) {
            rows->emplace(number, *std::move(plain));
            return;
        }
    }
}

void SalvageReader::take_ended(ByteView key, ByteView value) {
    auto log = replication::LogId::from(key);
    if (log && rows_.open(ended_table, key, value) &&
        std::find(ended_logs_.begin(), ended_logs_.end(), *log) == ended_logs_.end()) {
        ended_logs_.push_back(*log);
    }
}

Result<Bytes> SalvageReader::read_row(const Place& place) const {
    Bytes out(place.size);
    const std::uint64_t page = place.offset / file_.page_size();
    const std::size_t before = place.offset % file_.page_size();
    Bytes whole(before + place.size);
    TRY(file_.read({page}, whole));
    std::copy(whole.begin() + static_cast<std::ptrdiff_t>(before), whole.end(), out.begin());
    return out;
}

}  // namespace entrepot::node
