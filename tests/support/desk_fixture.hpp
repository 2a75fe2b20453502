// DeskFixture: an unlocked desk in this process, with a real link behind its channel (in a thread)
// and real stores in a temporary folder. The node is "airport" or "headquarters" of an
// administration made from a seed.
#pragma once

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "node/desk/record_desk.hpp"
#include "node/link/open_node.hpp"
#include "tests/support/administration_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {

class DeskFixture {
public:
    /// What the node's log holds from the start, beside the roster.
    using Held =
        std::function<std::vector<replication::WriteContent>(replication::AdministrationFixture&)>;
    /// What is on its disk beside that, before it is opened.
    using Prepared = std::function<void(const NodeDirectory&, const Vault&)>;
    explicit DeskFixture(std::string node = "airport", bool enrolled = true, Held held = {},
                         const Prepared& prepare = {});
    ~DeskFixture();

    /// The node stopped and started again, with its disk changed meanwhile.
    void reopen(const Prepared& change);

    Desk& desk() { return *desk_; }
    replication::AdministrationFixture& administration() { return administration_; }
    const NodeDirectory& directory() const { return *directory_; }
    const SystemClock& clock() const { return clock_; }

    /// Runs an operation that answers later, following the link meanwhile; fails after 20 s.
    Result<nlohmann::json> await(
        const std::function<void(JsonDone)>& operation,
        const std::function<void()>& meanwhile = [] {});
    Result<nlohmann::json> put(const std::string& database, const nlohmann::json& body);
    Result<nlohmann::json> resolve(const std::string& id, const nlohmann::json& body);
    /// Ends the desk: the link goes on alone, as that of a locked node does.
    void lock();
    /// The link takes roster entries in, as from a peer, while no desk is open.
    Status append_while_locked(std::vector<Bytes> entries);
    /// Another link and another desk, as after a restart of a locked node, and an unlock.
    void restart();
    /// A seizure with every simplified field.
    static nlohmann::json seizure(const std::string& place = "Palisadoes");

private:
    void install(const std::string& node, bool enrolled, const Held& held);
    void start();
    void stop();
    void run_link(FrameChannel channel);
    void follow();

    replication::AdministrationFixture administration_;
    TemporaryFolder folder_;
    SystemClock clock_;
    crypto::SystemEntropy entropy_;
    std::optional<NodeDirectory> directory_;
    std::optional<Vault> vault_;
    std::optional<FrameChannel> channel_;
    std::unique_ptr<Desk> desk_;
    std::atomic<bool> ending_{false};
    std::thread link_;
};

}  // namespace entrepot::node
