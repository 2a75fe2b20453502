#include "node/link/bundle_desk.hpp"

#include <algorithm>

namespace entrepot::node {
namespace {

using replication::BundleHeader;
using replication::BundleItem;
using replication::BundleScope;
using replication::KnownHolding;
using replication::NodeCertificate;
using replication::NodeId;
using replication::NodeKind;
using replication::Roster;

constexpr std::size_t piece_size = std::size_t{1} << 20;
constexpr std::size_t transfers_most = 4;  ///< of each sort; the oldest makes room
/// Judged in one turn of the loop, so that sessions are not kept waiting.
constexpr std::size_t items_a_turn = 32;
constexpr std::size_t shortest_prefix = 6;

Error no_transfer() {
    return {bundle_no_transfer, "no such export or import is under way here; begin again"};
}

bool is_meant(const std::string& word, const NodeCertificate& node) {
    if (word == "headquarters") {
        return node.kind == NodeKind::headquarters;
    }
    return word.size() >= shortest_prefix &&
           (to_base32(node.identity.id().view()).starts_with(word) ||
            to_base32(node.unit.view()).starts_with(word));
}

void add_once(std::vector<NodeId>& nodes, const NodeId& node) {
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) {
        nodes.push_back(node);
    }
}

/// Nodes in force that one word means, but this one.
Result<std::vector<NodeId>> meant_by(const std::string& word, const Roster& roster,
                                     const NodeId& self) {
    std::vector<NodeId> out;
    bool any_revoked = false;
    for (const NodeCertificate* node : roster.nodes()) {
        const NodeId id = node->identity.id();
        if (!is_meant(word, *node)) {
            continue;
        }
        any_revoked = any_revoked || roster.is_revoked(id);
        if (id != self && !roster.is_revoked(id)) {
            add_once(out, id);
        }
    }
    if (out.empty()) {
        return Error{bundle_receiver,
                     "'" + word +
                         (any_revoked ? "' is revoked and gets nothing more"
                                      : "' is no other node of the roster; give the name of a "
                                        "unit (unlocked), or six or more characters of an id")};
    }
    return out;
}

template <class Transfers>
void make_room(Transfers& transfers) {
    while (transfers.size() >= transfers_most) {
        transfers.erase(std::min_element(
            transfers.begin(), transfers.end(),
            [](const auto& a, const auto& b) { return a.second->begun < b.second->begun; }));
    }
}

std::string numbers_text(const replication::BundleRange& range) {
    const std::string log = to_base32(range.log.id().view()).substr(0, 8);
    return "log " + log + " lacks " + std::to_string(range.first.value) +
           (range.first == range.last ? "" : " to " + std::to_string(range.last.value));
}

std::optional<Error> incompleteness(const ImportReport& report) {
    const auto& counts = report.counts;
    if (report.missing.empty() && counts.no_room == 0 && counts.waiting == 0) {
        return std::nullopt;
    }
    std::string why;
    for (const auto& range : report.missing) {
        why += (why.empty() ? "" : "; ") + numbers_text(range);
    }
    if (why.empty()) {
        why = "commits wait for a longer roster than this node has";
    }
    why += ": an earlier bundle has them; " + std::to_string(counts.waiting) +
           " later commits wait for them until the node stops";
    if (counts.no_room > 0) {
        why += ", " + std::to_string(counts.no_room) +
               " more found no room: import this bundle again afterwards";
    }
    return Error{replication::bundle_incomplete, why};
}

}  // namespace

struct BundleDesk::Export {
    std::uint64_t begun = 0;
    unsigned uid = 0;
    std::vector<NodeId> to;
    // In the side thread alone:
    replication::BundleWriter writer;
    replication::BundlePacker packer;
    bool is_finished = false;
    // In the link's thread alone:
    std::uint64_t packed = 0;
};

struct BundleDesk::Import {
    Import(const crypto::RelayKeys& self, std::uint64_t number, unsigned caller)
        : begun(number), uid(caller), reader(self) {}

    std::uint64_t begun = 0;
    unsigned uid = 0;
    replication::BundleReader reader;  ///< in the side thread alone
    // In the link's thread alone:
    std::optional<replication::BundleIntake> intake;
    std::optional<Error> problem;
};

BundleDesk::BundleDesk(Place place) : place_(std::move(place)), side_(place_.wake) {}

Result<std::vector<NodeId>> BundleDesk::receivers(const ExportWish& wish) const {
    const Roster& roster = place_.replica.roster();
    std::vector<NodeId> out;
    if (wish.to.empty() && wish.scope == BundleScope::receipts) {
        for (const NodeId& sender : senders_) {
            if (!roster.is_revoked(sender)) {
                out.push_back(sender);
            }
        }
        return out.empty() ? Result<std::vector<NodeId>>(Error{
                                 replication::bundle_recipients,
                                 "for whom? no bundle came in since this node was opened; name "
                                 "receivers with --to"})
                           : out;
    }
    const std::vector<std::string> words =
        wish.to.empty() ? std::vector<std::string>{"headquarters"} : wish.to;
    for (const std::string& word : words) {
        TRY_ASSIGN(const auto nodes, meant_by(word, roster, place_.replica.self()));
        for (const NodeId& node : nodes) {
            add_once(out, node);
        }
    }
    return out;
}

void BundleDesk::begin_export(const ExportWish& wish, const Done<ExportBegun>& done) {
    auto to = receivers(wish);
    if (!to) {
        return done(std::move(to).error());
    }
    // What the bundle says of this node is what it holds now, and holds durably.
    place_.replica.issue_receipts(place_.keys.sign(), place_.clock.wall());
    when_durable([this, wish, to = *std::move(to), done](const Status& stored) {
        done(stored ? start_export(to, wish) : Result<ExportBegun>(stored.error()));
    });
}

Result<ExportBegun> BundleDesk::start_export(const std::vector<NodeId>& to,
                                             const ExportWish& wish) {
    replication::Replica& replica = place_.replica;
    std::vector<KnownHolding> known;
    std::vector<replication::BundleRecipient> recipients;
    for (const NodeId& node : to) {
        known.push_back(wish.all ? KnownHolding{node, {}, {}}
                                 : replication::holding_by_receipts(replica, node));
        recipients.push_back({node, replica.roster().node(node)->identity.courier});
    }
    const replication::BundleOrigin origin{
        replica.roster().administration(), replica.roster().length(),
        replication::HybridTime::from_wall(place_.clock.wall())};
    TRY_ASSIGN(auto writer,
               replication::BundleWriter::create(origin, place_.keys.sign(), recipients, entropy_));
    auto plan = replication::plan_bundle(replica, known, wish.scope);
    make_room(exports_);
    const ExportBegun begun{entropy_.fixed<TransferId>(), to, plan.commits, plan.beyond_cuts};
    exports_[begun.id] = std::make_shared<Export>(
        Export{++begun_, wish.uid, to, std::move(writer),
               replication::BundlePacker(std::move(plan), place_.store), false, begun.commits});
    return begun;
}

void BundleDesk::next_piece(const TransferId& id, const Done<Bytes>& done) {
    const auto found = exports_.find(id);
    if (found == exports_.end()) {
        return done(no_transfer());
    }
    side_.submit([this, id, under_way = found->second, done]() -> SideThread::Follow {
        Bytes piece;
        Status status;
        while (status && piece.size() < piece_size && !under_way->is_finished) {
            const auto packed = under_way->packer.next(under_way->writer);
            status = packed ? Status() : Status(packed.error());
            if (packed && !*packed) {
                under_way->writer.finish();
                under_way->is_finished = true;
            }
            append(piece, under_way->writer.take());
        }
        return [this, id, under_way, done, status, piece = std::move(piece)] {
            if (!status || piece.empty()) {
                exports_.erase(id);
            }
            if (status && piece.empty()) {
                export_ended(*under_way);
            }
            done(status ? Result<Bytes>(piece) : Result<Bytes>(status.error()));
        };
    });
}

void BundleDesk::export_ended(const Export& ended) {
    place_.acted({BundleAct::What::exported, ended.to, ended.packed, "", ended.uid,
                  place_.clock.wall()});
}

TransferId BundleDesk::begin_import(unsigned uid) {
    make_room(imports_);
    const auto id = entropy_.fixed<TransferId>();
    imports_[id] = std::make_shared<Import>(place_.keys, ++begun_, uid);
    return id;
}

void BundleDesk::take_bytes(const TransferId& id, Bytes bytes, const Done<ImportStanding>& done) {
    const auto found = imports_.find(id);
    if (found == imports_.end()) {
        return done(no_transfer());
    }
    const auto import = found->second;
    const auto answer = [import, done](const Status& stored) {
        if (!stored) {
            return done(stored.error());
        }
        done(ImportStanding{import->intake ? import->intake->report() : replication::IntakeReport{},
                            import->problem.has_value()});
    };
    if (import->problem) {
        return answer({});
    }
    side_.submit([this, import, answer, bytes = std::move(bytes)]() -> SideThread::Follow {
        std::vector<BundleItem> items;
        const Status fed = import->reader.feed(bytes, items);
        return [this, import, answer, fed, items = std::move(items),
                header = import->reader.header()]() mutable {
            if (header && !import->intake) {
                import->intake.emplace(place_.replica, *header);
            }
            batches_.push_back({import, std::move(items), 0, fed, answer});
        };
    });
}

void BundleDesk::finish_import(const TransferId& id, const Done<ImportReport>& done) {
    const auto found = imports_.find(id);
    if (found == imports_.end()) {
        return done(no_transfer());
    }
    const auto import = found->second;
    imports_.erase(found);
    const auto answer = [this, import, done](const Status& stored) {
        if (!stored) {
            return done(stored.error());
        }
        const ImportReport report = report_of(*import);
        import_ended(*import, report);
        done(report);
    };
    side_.submit([this, import, answer]() -> SideThread::Follow {
        const Status whole = import->reader.finish();
        return [this, import, answer, whole] {
            if (import->intake && !import->problem) {
                if (const Status sender = import->intake->check_sender(); !sender) {
                    import->problem = sender.error();
                }
            }
            batches_.push_back({import, {}, 0, whole, answer});
        };
    });
}

ImportReport BundleDesk::report_of(const Import& import) const {
    ImportReport out;
    out.problem = import.problem;
    if (!import.intake) {
        return out;
    }
    out.counts = import.intake->report();
    out.missing = import.intake->missing();
    if (const NodeCertificate* sender = import.intake->sender()) {
        out.sender = sender->identity.id();
        out.is_sender_revoked = place_.replica.roster().is_revoked(*out.sender);
    }
    if (!out.problem) {
        out.problem = out.counts.first_refusal;
    }
    if (!out.problem) {
        out.problem = incompleteness(out);
    }
    return out;
}

void BundleDesk::import_ended(const Import& import, const ImportReport& report) {
    BundleAct act{BundleAct::What::imported, {}, report.counts.added,
                  report.problem ? std::string(report.problem->code.name()) : "", import.uid,
                  place_.clock.wall()};
    if (report.sender) {
        act.nodes.push_back(*report.sender);
        std::erase(senders_, *report.sender);
        senders_.push_front(*report.sender);
        senders_.resize(std::min(senders_.size(), replication::bundle_recipient_limit));
    }
    place_.acted(act);
}

/// Judges some items of the batch; true when none is left.
bool BundleDesk::judge_some(Batch& batch) {
    Import& import = *batch.import;
    for (std::size_t i = 0; i < items_a_turn && batch.next < batch.items.size(); ++i) {
        if (import.problem) {
            batch.next = batch.items.size();
            break;
        }
        const BundleItem item = std::move(batch.items[batch.next++]);
        if (const Status taken = import.intake->take(item); !taken) {
            import.problem = taken.error();
        }
    }
    if (batch.next < batch.items.size()) {
        return false;
    }
    if (!batch.fed && !import.problem) {
        import.problem = batch.fed.error();
    }
    return true;
}

void BundleDesk::work() {
    side_.run_follows();
    if (batches_.empty()) {
        return;
    }
    if (judge_some(batches_.front())) {
        auto done = std::move(batches_.front().done);
        batches_.pop_front();
        when_durable(std::move(done));
    }
    if (!batches_.empty()) {
        place_.wake();
    }
}

void BundleDesk::when_durable(std::function<void(Status)> then) {
    const std::uint64_t sequence = place_.replica.queued_sequence();
    if (sequence <= place_.replica.durable_sequence()) {
        return then({});
    }
    waiting_.push_back({sequence, std::move(then)});
}

void BundleDesk::durable() {
    while (!waiting_.empty() && waiting_.front().sequence <= place_.replica.durable_sequence()) {
        const auto then = std::move(waiting_.front().then);
        waiting_.pop_front();
        then({});
    }
}

void BundleDesk::failed(const Error& error) {
    for (const Batch& batch : std::exchange(batches_, {})) {
        batch.done(error);
    }
    for (const Waiting& waiting : std::exchange(waiting_, {})) {
        waiting.then(error);
    }
}

}  // namespace entrepot::node
