// JournalFixture: log, views and projector of a headquarters, and the airport's and seaport's logs
// written commit by commit, with whatever officers, certificates and times a test wants.
#pragma once

#include "node/journal/projector.hpp"
#include "node/store/open_views.hpp"
#include "replication/log/commit_builder.hpp"
#include "tests/node/databases/catalogue_fixture.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {

inline constexpr std::int64_t year_ms = std::int64_t{366} * 24 * 3600 * 1000;

/// An officer with all his secrets; `node` signed the certificate.
struct TestOfficer {
    replication::OfficerCertificate certificate;
    std::shared_ptr<crypto::SigningKey> key;
    Bytes bytes;  ///< of the certificate

    replication::SigningOfficer introducing() const {
        return {certificate.officer, key.get(), bytes};
    }
    replication::SigningOfficer signing() const { return {certificate.officer, key.get(), {}}; }
    replication::SigningOfficer certified() const { return {certificate.officer, nullptr, bytes}; }
};

/// What a commit of a test is made of.
struct TestCommit {
    std::vector<replication::SigningOfficer> officers = {};
    std::string database = "seizures";
    std::string status = "submitted";
    unsigned records = 1;
    std::int64_t at_ms = 1'800'000'000'000;
};

class JournalFixture {
public:
    JournalFixture()
        : administration_(replication::AdministrationFixture::with_two_units()),
          keys_(administration_.id("headquarters"),
                administration_.headquarters().box().duplicate()) {
        keys_.follow(administration_.roster());
        log_ = std::move(LogStore::open(folder_.path() / "log", LogStore::Access::read_write,
                                        key_.duplicate()))
                   .value();
        open_views();
    }

    /// Of the airport unless another node is named.
    TestOfficer officer(std::uint16_t roles, const std::string& node = "airport") {
        TestOfficer out;
        out.certificate.officer = entropy_.fixed<replication::OfficerId>();
        out.certificate.node = administration_.id(node);
        out.certificate.roles = roles;
        out.certificate.from = {1'800'000'000'000 - year_ms};
        out.certificate.until = {1'800'000'000'000 + year_ms};
        out.key = std::make_shared<crypto::SigningKey>(crypto::SigningKey::generate(entropy_));
        out.certificate.key = out.key->public_key();
        certify(out, node);
        return out;
    }
    void certify(TestOfficer& officer, const std::string& node = "airport") {
        officer.bytes =
            replication::sign_officer(officer.certificate, administration_.identity(node).sign());
    }

    /// Appends to that node's log; gives the commit's number. Nothing is projected yet.
    std::uint64_t write(const TestCommit& wanted, const std::string& node = "airport") {
        Tip& tip = tip_of(node, wanted.database);
        const auto generation =
            administration_.roster().compartment(tip.descriptor.compartment)->newest;
        const auto key = administration_.key(tip.descriptor.compartment);
        replication::CommitBuilder builder({tip.descriptor.id(),
                                            {++tip.number},
                                            tip.previous,
                                            {static_cast<std::uint64_t>(wanted.at_ms) << 16},
                                            administration_.roster().length(),
                                            generation},
                                           key, entropy_);
        for (unsigned i = 0; i < wanted.records; ++i) {
            builder.add(packing_.pack(*replication::encode_change(change(wanted))));
        }
        Bytes bytes = builder.finish(wanted.officers, "");
        replication::sign_commit(bytes, administration_.identity(node).sign());
        tip.previous = replication::commit_hash(bytes);
        written_.push_back(
            {tip.descriptor.id(), tip.descriptor, {tip.number}, tip.previous, std::move(bytes)});
        return tip.number;
    }
    /// Stores what was written and is not stored yet, in this order (as written when empty), until
    /// so many are.
    void store(const std::vector<std::size_t>& order = {}, std::size_t until = SIZE_MAX) {
        std::vector<replication::Write> writes;
        for (; stored_ < std::min(until, written_.size()); ++stored_) {
            const std::size_t next = order.empty() ? stored_ : order[stored_];
            writes.push_back({stored_ + 1, written_[next]});
        }
        EXPECT_THAT(log_->write(writes), IsOk());
    }
    /// Opens and merges everything stored.
    void project() {
        OwnChanges own;
        EXPECT_THAT(projector_->catch_up(std::move(log_->last_position()).value(), own), IsOk());
        EXPECT_THAT(projector_->flush(), IsOk());
    }
    void take(const TestCommit& wanted, const std::string& node = "airport") {
        write(wanted, node);
        store();
        project();
    }
    /// As after a restart of the worker.
    void open_views() {
        projector_.reset();
        views_.reset();
        views_ = std::move(ViewStore::open(folder_.path() / "views", key_.duplicate())).value();
        projector_ = std::make_unique<Projector>(*log_, *views_, keys_, administration_.roster(),
                                                 test::catalogue());
        EXPECT_THAT(projector_->resume(), IsOk());
    }
    /// The same by way of open_views: what was wrong with them, when they were made anew.
    std::optional<Error> open_views_checked() {
        close_views();
        auto opened = node::open_views(views_directory(), key_, [this](const ViewStore& views) {
            return check_seen(views, *log_, administration_.roster());
        });
        EXPECT_THAT(opened, IsOk());
        views_ = std::move(opened->views);
        projector_ = std::make_unique<Projector>(*log_, *views_, keys_, administration_.roster(),
                                                 test::catalogue());
        EXPECT_THAT(projector_->resume(), IsOk());
        project();
        return opened->damage;
    }
    void close_views() {
        projector_.reset();
        views_.reset();
    }
    std::filesystem::path views_directory() const { return folder_.path() / "views"; }
    LogStore& log() { return *log_; }
    /// Another log store, of these commits, by the order in which they were written.
    std::unique_ptr<LogStore> log_of(const std::vector<std::size_t>& commits) {
        auto out = std::move(LogStore::open(folder_.path() / ("log" + std::to_string(++others_)),
                                            LogStore::Access::read_write, key_.duplicate()))
                       .value();
        std::vector<replication::Write> writes;
        for (const std::size_t commit : commits) {
            writes.push_back({writes.size() + 1, written_[commit]});
        }
        EXPECT_THAT(out->write(writes), IsOk());
        return out;
    }
    const replication::CommitWrite& written(std::size_t commit) const { return written_[commit]; }
    void rebuild() {
        EXPECT_THAT(views_->clear(), IsOk());
        open_views();
        project();
    }

    std::size_t merged() const {
        std::size_t out = 0;
        for (const auto& [of, count] : views_->counts()) {
            out += count.records;
        }
        return out;
    }
    /// Codes of what is quarantined, in order.
    std::vector<std::string> codes() const {
        std::vector<std::string> out;
        const auto quarantined = std::move(views_->quarantined()).value();
        for (const auto& content : quarantined) {
            out.push_back(content.code);
        }
        return out;
    }
    /// "log/number/place code" of each quarantined content and "record" of each merged one, sorted.
    std::multiset<std::string> outcome() const {
        std::multiset<std::string> out;
        const auto quarantined = std::move(views_->quarantined()).value();
        for (const auto& content : quarantined) {
            out.insert(to_base32(content.dot.log.view()) + "/" +
                       std::to_string(content.dot.number.value) + "/" +
                       std::to_string(content.change) + " " + content.code);
        }
        const auto snapshot = std::move(views_->snapshot()).value();
        EXPECT_THAT(snapshot->scan(false,
                                   [&](const ViewedRecord& record) {
                                       out.insert(to_base32(record.key.record.view()));
                                       return true;
                                   }),
                    IsOk());
        return out;
    }
    ViewStore& views() { return *views_; }
    replication::AdministrationFixture& administration() { return administration_; }

private:
    struct Tip {
        replication::LogDescriptor descriptor;
        std::uint64_t number = 0;
        Hash previous;
    };
    Tip& tip_of(const std::string& node, const std::string& database) {
        Tip& tip = tips_[{node, database}];
        if (tip.number == 0) {
            if (database == "directory" && directory_ == replication::CompartmentId{}) {
                directory_ = administration_.add_compartment(
                    "directory", "airport directory",
                    {{administration_.id("airport"), replication::Right::write},
                     {administration_.id("headquarters"), replication::Right::write}});
                keys_.follow(administration_.roster());
            }
            tip.descriptor = {administration_.id(node),
                              database == "directory"
                                  ? directory_
                                  : administration_.compartment(
                                        database == "suspects" ? "suspects" : node + " seizures"),
                              entropy_.fixed<replication::Incarnation>()};
        }
        return tip;
    }
    replication::Change change(const TestCommit& wanted) {
        replication::Change out;
        out.record = entropy_.fixed<replication::RecordId>();
        out.database = wanted.database;
        if (wanted.database == "seizures") {
            out.assignments = {{"place", std::string("Negril")},
                               {"status", replication::CodeValue{wanted.status}}};
        } else {
            out.assignments = {{"name", std::string("N")}};
        }
        return out;
    }

    replication::AdministrationFixture administration_;
    TemporaryFolder folder_;
    crypto::SeededEntropy entropy_{5};
    crypto::Secret key_ = entropy_.secret(32);
    Keyring keys_;
    replication::Packing packing_;
    std::unique_ptr<LogStore> log_;
    std::unique_ptr<ViewStore> views_;
    std::unique_ptr<Projector> projector_;
    std::map<std::pair<std::string, std::string>, Tip> tips_;
    std::vector<replication::CommitWrite> written_;
    std::size_t stored_ = 0;
    unsigned others_ = 0;
    replication::CompartmentId directory_;
};

}  // namespace entrepot::node
