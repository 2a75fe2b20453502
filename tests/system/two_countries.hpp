// TwoCountries: the headquarters of Jamaica and of Georgia, each with its administration, which pin
// each other's root fingerprint and exchange outer rosters as files. Jamaica dials Georgia.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/test_network.hpp"

namespace entrepot::node {

class TwoCountries {
public:
    explicit TwoCountries(const NetworkWish& jamaica = unitless("JM", "Jamaica Customs Agency"))
        : TwoCountries(jamaica, unitless("GE", "Georgia Revenue Service")) {}
    TwoCountries(const NetworkWish& jamaica, const NetworkWish& georgia)
        : jamaica_(jamaica), georgia_(georgia) {
        if (jamaica.recorded) {
            way_.record();
        }
    }

    static NetworkWish unitless(const std::string& country, const std::string& name) {
        NetworkWish out;
        out.country = country;
        out.headquarters = name;
        out.airport.clear();
        return out;
    }

    TestNetwork& jamaica() { return jamaica_; }
    TestNetwork& georgia() { return georgia_; }
    NodeProcess& ours() { return jamaica_.headquarters(); }
    NodeProcess& theirs() { return georgia_.headquarters(); }
    /// From Jamaica to Georgia.
    TcpProxy& way() { return way_; }

    /// One run of `administration partner` at `here`, with the other's roster if it is there.
    nlohmann::json pin(TestNetwork& here, TestNetwork& there, bool with_theirs) {
        std::vector<std::string> words{"administration", "partner", here.path_of("administration"),
                                       there.wish().country, pin_of(there), "--headquarters",
                                       here.path_of("headquarters"), "--yes"};
        if (with_theirs) {
            words.insert(words.end(), {"--theirs", outer_file(there, here)});
        }
        return here.command(std::move(words));
    }
    /// What a new partner of that administration pins.
    static std::string pin_of(TestNetwork& there) {
        return there.command({"administration", "roots", "show", there.path_of("administration")})
            .at("pin");
    }
    /// Another root key takes the place of the first of three; two of the old ones sign.
    static void change_roots(TestNetwork& here) {
        const std::string adm = here.path_of("administration"), draft = here.path_of("draft");
        const auto key = here.command({"administration", "roots", "key", adm + "/root-4.key"});
        const auto held = here.command({"administration", "roots", "show", adm}).at("keys");
        here.command({"administration", "roots", "change", adm, "--add", key.at("public"),
                      "--remove", held.at(0), "-o", draft, "--headquarters",
                      here.path_of("headquarters")});
        for (const char* signer : {"1", "2", "4"}) {
            here.command({"administration", "sign", draft, "--key",
                          adm + "/root-" + signer + ".key", "--yes"});
        }
        here.command({"administration", "apply", adm, draft, "--headquarters",
                      here.path_of("headquarters")});
    }
    /// What `maker` made for `partner`.
    static std::string outer_file(TestNetwork& maker, TestNetwork& partner) {
        return maker.path_of("administration") + "/outer-" + partner.wish().country + ".epr";
    }
    /// All of it, and the connection.
    void become_partners() {
        pin(jamaica_, georgia_, false);
        pin(georgia_, jamaica_, true);
        pin(jamaica_, georgia_, true);
        ours().post(Socket::worker, "/partners/GE/open");
        theirs().post(Socket::worker, "/partners/JM/open");
        connect();
    }
    void connect() {
        ours().stop();
        way_.lead_to(theirs().status().at("listen").get<std::string>());
        ours().options().peers = {"GE@" + way_.address()};
        jamaica_.restart_headquarters();
    }
    /// Sessions in sync on both outer rosters, seen from Jamaica.
    ::testing::AssertionResult converge() {
        ours().post(Socket::link, "/sync");
        const bool met = eventually([this] { return synced_rosters() == 2; });
        return met ? ::testing::AssertionSuccess()
                   : ::testing::AssertionFailure() << ours().status().dump(1) << "\n"
                                                   << theirs().status().dump(1);
    }
    /// The compartment of that name, at that node.
    static std::string place(NodeProcess& node, const std::string& name) {
        const auto answer = node.get(Socket::worker, "/compartments");
        for (const auto& place : answer.at("compartments")) {
            if (place.at("name") == name) {
                return place.at("id");
            }
        }
        return {};
    }

private:
    std::size_t synced_rosters() {
        std::size_t out = 0;
        const auto status = ours().status();
        for (const auto& peer : status.at("peers")) {
            const bool outer = !peer.at("realm").get<std::string>().empty();
            out += outer && peer.at("in_sync").get<bool>() &&
                           peer.at("check_answered").get<bool>()
                       ? 1
                       : 0;
        }
        return out;
    }

    TcpProxy way_;
    TestNetwork jamaica_;
    TestNetwork georgia_;
};

}  // namespace entrepot::node
