// BranchingHistory: what three nodes wrote in one compartment, one of them twice from one disk, and
// the roster entries that then said what of it counts; all drawn from one seed.
#pragma once

#include "replication/log/commit_builder.hpp"
#include "replication/log/fork.hpp"
#include "replication/model/change.hpp"
#include "replication/model/packing.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/support/administration_fixture.hpp"

namespace entrepot::node {

class BranchingHistory {
public:
    explicit BranchingHistory(std::uint64_t seed);

    struct Branch {
        std::string writer;
        replication::LogDescriptor descriptor;
        std::vector<Bytes> commits;
    };
    replication::AdministrationFixture& administration() { return administration_; }
    /// 0 and 1: the two branches of the airport's log; 2: the seaport's; 3: headquarters'.
    const std::vector<Branch>& branches() const { return branches_; }
    /// The branch of the airport's log that the cuts name.
    const Branch& named() const { return branches_[named_]; }
    const Branch& other() const { return branches_[1 - named_]; }
    simulation::Dice& dice() { return dice_; }

private:
    struct Wrote {
        std::size_t branch;
        replication::RecordId record;
        replication::ContextEntry entry;
    };
    void start(const std::string& writer);
    void write(std::size_t branch);
    replication::Context draw_context(std::size_t branch, const replication::RecordId& record);
    void draw_entries();
    void draw_erasure(simulation::Dice& dice);
    replication::Cut cut_at(const Branch& branch, std::uint64_t number) const;

    simulation::Dice dice_;
    replication::AdministrationFixture administration_;
    replication::CompartmentId compartment_;
    replication::Packing packing_{replication::Packing::no_dictionary};
    std::vector<replication::RecordId> records_;
    std::vector<Branch> branches_;
    std::vector<Wrote> wrote_;
    std::size_t named_ = 0;
};

}  // namespace entrepot::node
