// TestNetwork: a small administration of real nodes: headquarters, the airport, the seaport and a
// relay, each a process with its own directory, keys and disk. Every other node reaches
// headquarters through a proxy of its own, which a test can cut. Unlocked by a service key, so no
// passphrase costs its second.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/support/node_process.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {

/// Names that a network has; a node whose name is empty is not there.
struct NetworkWish {
    std::string program;  ///< the one of this build when empty
    std::string country = "JM";
    std::string headquarters = "Jamaica Customs Agency";
    std::string airport = "Norman Manley Airport";
    std::string seaport;
    std::string relay;
    std::string officer = "Marcia Brown";
    bool recorded = false;  ///< every byte between nodes is kept, from the first
};

/// The program of this build tree.
std::string entrepot_program();

class TestNetwork {
public:
    /// Makes, enrols and starts every node; throws when one does not come up.
    explicit TestNetwork(const NetworkWish& wish = {});

    NodeProcess& headquarters() { return *nodes_.at("headquarters"); }
    NodeProcess& airport() { return *nodes_.at("airport"); }
    NodeProcess& seaport() { return *nodes_.at("seaport"); }
    NodeProcess& relay() { return *nodes_.at("relay"); }
    std::vector<NodeProcess*> all();
    /// The way of that node to headquarters.
    TcpProxy& way_of(const std::string& node) { return *ways_.at(node); }
    const NetworkWish& wish() const { return wish_; }
    const std::filesystem::path& folder() const { return folder_.path(); }
    std::filesystem::path service_key() const { return folder_.path() / "service.key"; }

    /// Runs a command that answers in JSON; throws unless it ends well.
    nlohmann::json command(std::vector<std::string> words) const;
    std::string path_of(const std::string& name) const { return (folder_.path() / name).string(); }
    /// The whole root fingerprint, as text.
    std::string root() const;

    /// A compartment of seizures that both units and headquarters write.
    void share_seizures(const std::string& name);
    /// Gives the relay a unit's own compartment to carry.
    void relay_seizures_of(const std::string& unit);

    /// Starts headquarters again, perhaps on another port.
    void restart_headquarters();
    /// Dials and checks until every node says that nothing is left to exchange, and has everything
    /// in its views.
    ::testing::AssertionResult converge();
    void cut_all();
    void open_all();

private:
    /// What stands of the first node that is not there yet; empty when all are.
    std::string obstacle() const;
    void add(const std::string& role, const std::string& name);

    NetworkWish wish_;
    TemporaryFolder folder_;
    std::string fingerprint_;
    std::map<std::string, std::unique_ptr<TcpProxy>> ways_;
    std::map<std::string, std::unique_ptr<NodeProcess>> nodes_;
};

}  // namespace entrepot::node
