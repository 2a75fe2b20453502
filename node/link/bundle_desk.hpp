// BundleDesk: bundles at the link: packs what a courier takes along, and takes in what one brings,
// locked or not. Whoever asks owns the file and passes its bytes; no path comes here.
//
//   export   begin ─► (own receipts durable) ─► plan ─► pieces, packed in a side thread
//   import   bytes ─► opened in a side thread ─► judged, some items a turn ─► (durable) ─► answer
//
// Sync goes on beside both. All calls and answers are in the link's thread; what is under way is
// lost with this object, and begins anew: an import twice adds nothing twice.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/clock.hpp"
#include "node/link/side_thread.hpp"
#include "node/store/log_store.hpp"
#include "replication/bundle/bundle_choice.hpp"
#include "replication/bundle/bundle_intake.hpp"
#include "replication/bundle/bundle_reader.hpp"

namespace entrepot::node {

inline constexpr ErrorCode bundle_receiver{"bundle.receiver", ErrorKind::not_found};
inline constexpr ErrorCode bundle_no_transfer{"bundle.no_transfer", ErrorKind::not_found};

/// Names an export or import under way.
using TransferId = FixedBytes<struct TransferIdTag, 16>;

struct ExportWish {
    /// "headquarters", or the first six or more characters of a node's or unit's id. Nobody: all
    /// headquarters; for receipts those whose bundles came in since this node was opened.
    std::vector<std::string> to;
    bool all = false;  ///< also what their receipts cover
    replication::BundleScope scope = replication::BundleScope::everything;
    unsigned uid = 0;  ///< of the system's account that asks
};
struct ExportBegun {
    TransferId id;
    std::vector<replication::NodeId> to;
    std::uint64_t commits = 0, beyond_cuts = 0;
};
struct ImportStanding {
    replication::IntakeReport counts;
    bool has_ended = false;  ///< no more bytes are looked at
};
struct ImportReport {
    std::optional<replication::NodeId> sender;
    bool is_sender_revoked = false;
    replication::IntakeReport counts;
    std::vector<replication::BundleRange> missing;
    std::optional<Error> problem;  ///< why not all of it is here and right
};

/// A bundle that was made or taken in: what an audit wants to know.
struct BundleAct {
    enum class What { exported, imported };
    What what = What::exported;
    std::vector<replication::NodeId> nodes;  ///< receivers, or the sender
    std::uint64_t commits = 0;               ///< carried, or new
    std::string problem;                     ///< a code, of an import
    unsigned uid = 0;
    WallTime at;
};

class BundleDesk {
public:
    struct Place {
        replication::Replica& replica;
        const LogStore& store;
        const crypto::RelayKeys& keys;
        const Clock& clock;
        std::function<void()> wake;  ///< from any thread: work() is to be called
        std::function<void(const BundleAct&)> acted;
    };
    template <class T>
    using Done = std::function<void(Result<T>)>;

    /// What `place` refers to must outlive it.
    explicit BundleDesk(Place place);

    /// bundle.receiver for one who is not in the roster, is revoked, or is this node alone;
    /// bundle.recipients for none or over 16.
    void begin_export(const ExportWish& wish, const Done<ExportBegun>& done);
    /// The next bytes of the file, about 1 MiB; none at its end. bundle.no_transfer, or the
    /// store's error, which ends the export.
    void next_piece(const TransferId& id, const Done<Bytes>& done);

    TransferId begin_import(unsigned uid);
    /// Answers once everything in these bytes that counts is durable. What is wrong with the file
    /// is told by finish_import.
    void take_bytes(const TransferId& id, Bytes bytes, const Done<ImportStanding>& done);
    void finish_import(const TransferId& id, const Done<ImportReport>& done);

    /// What is due: in each turn of the loop, before writes are submitted.
    void work();
    /// The replica's durable sequence moved.
    void durable();
    /// The store has failed: tells everyone who waits.
    void failed(const Error& error);

private:
    struct Export;
    struct Import;
    /// What came with one call, to be judged.
    struct Batch {
        std::shared_ptr<Import> import;
        std::vector<replication::BundleItem> items;
        std::size_t next = 0;
        Status fed;
        std::function<void(Status)> done;
    };
    struct Waiting {
        std::uint64_t sequence;
        std::function<void(Status)> then;
    };
    Result<std::vector<replication::NodeId>> receivers(const ExportWish& wish) const;
    Result<ExportBegun> start_export(const std::vector<replication::NodeId>& to,
                                     const ExportWish& wish);
    void export_ended(const Export& ended);
    ImportReport report_of(const Import& import) const;
    void import_ended(const Import& import, const ImportReport& report);
    bool judge_some(Batch& batch);
    void when_durable(std::function<void(Status)> then);

    Place place_;
    crypto::SystemEntropy entropy_;
    std::map<TransferId, std::shared_ptr<Export>> exports_;
    std::map<TransferId, std::shared_ptr<Import>> imports_;
    std::uint64_t begun_ = 0;
    std::deque<Batch> batches_;
    std::deque<Waiting> waiting_;
    std::deque<replication::NodeId> senders_;  ///< of bundles taken in, newest first
    SideThread side_;                          ///< last: its work uses what is above
};

}  // namespace entrepot::node
