// SalvageReader: what a damaged log file still holds, found without trusting its trees: every page
// is looked at by itself, freed ones too, and a row counts only if its seal opens or, for commits,
// if it looks like one (signature and chain are for the caller to check).
#pragma once

#include <map>
#include <vector>

#include "node/store/log_store.hpp"
#include "node/store/page_file.hpp"
#include "node/store/tree_page.hpp"

namespace entrepot::node {

class SalvageReader {
public:
    /// `rows` opens the sealed rows of this log; both must outlive the reader.
    SalvageReader(const PageFile& file, const SealedRows& rows) : file_(file), rows_(rows) {}

    /// Reads the whole file, first what its trees still lead to, then page by page.
    void read();

    /// By the row's number, as it was before sealing; the copy the trees lead to wins over others.
    using PlainRows = std::map<std::uint64_t, Bytes>;
    const PlainRows& node_rows() const { return node_rows_; }
    const PlainRows& roster_rows() const { return roster_rows_; }
    const PlainRows& log_rows() const { return log_rows_; }
    /// As stored: descriptor and what follows it.
    const PlainRows& aside_rows() const { return aside_rows_; }
    const PlainRows& fork_rows() const { return fork_rows_; }
    /// Logs that already needed a new incarnation.
    const std::vector<replication::LogId>& ended_logs() const { return ended_logs_; }

    /// Where bytes that look like a commit's row stand.
    struct Place {
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
    };
    /// By position, at most `most_copies` each.
    const std::map<LogPosition, std::vector<Place>>& commits() const { return commits_; }
    /// The row at a place: log index 4 ‖ commit.
    Result<Bytes> read_row(const Place& place) const;

private:
    void read_trees();
    void read_page(PageNumber number);
    void take(const PageNode& node, const Place& place);
    void take_commit(std::uint64_t position, const Place& place);
    bool take_unsealed(std::uint64_t number, ByteView value);
    void take_sealed(std::uint64_t number, ByteView value);
    void take_ended(ByteView key, ByteView value);
    Result<Bytes> value_of(const PageNode& node) const;

    const PageFile& file_;
    const SealedRows& rows_;
    Bytes page_bytes_;
    TreePage page_;
    PlainRows node_rows_, roster_rows_, log_rows_, aside_rows_, fork_rows_;
    std::vector<replication::LogId> ended_logs_;
    std::map<LogPosition, std::vector<Place>> commits_;
};

}  // namespace entrepot::node
