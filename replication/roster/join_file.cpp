#include "replication/roster/join_file.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "crypto/envelope.hpp"
#include "replication/roster/roster_file.hpp"

namespace entrepot::replication {
namespace {

constexpr std::string_view magic = "EPJ1";
constexpr std::size_t header_size = 21;  ///< magic, suite, node id: the associated data

Status check_header(ByteView file, const NodeId& node) {
    if (file.size() < header_size + crypto::envelope_overhead + Hash::size ||
        as_text(file.first(magic.size())) != magic) {
        return Error{join_malformed, "no join file, or one cut short"};
    }
    if (file[magic.size()] != crypto::suite) {
        return Error{join_suite, "a join file of another suite"};
    }
    if (!equal(file.subspan(magic.size() + 1, NodeId::size), node.view())) {
        return Error{join_not_for_this_node, "this join file answers another node's request"};
    }
    return {};
}

Status check_certificate(const Roster& roster, const crypto::Identity& identity) {
    const NodeCertificate* own = roster.node(identity.id());
    if (own == nullptr || own->identity != identity.public_part() ||
        roster.is_revoked(identity.id())) {
        return Error{join_no_certificate, "the roster does not certify this node's keys"};
    }
    return {};
}

}  // namespace

Result<Bytes> make_join(const Roster& roster, const NodeId& node, crypto::Entropy& entropy) {
    const NodeCertificate* certificate = roster.node(node);
    if (certificate == nullptr) {
        return Error{roster_unknown_node, to_base32(node.view())};
    }
    WireWriter header;
    header.raw(as_bytes(magic)).u8(crypto::suite).fixed(node);
    WireWriter content;
    content.fixed(roster.root_fingerprint()).raw(encode_entries(roster.entries()));
    const auto sealed =
        crypto::seal_to(certificate->identity.box, as_bytes(crypto::domain::join.text),
                        header.view(), content.view(), entropy);
    ENSURE(sealed.has_value());  // box keys are checked when they enter the roster
    return header.raw(*sealed).take();
}

Result<Roster> open_join(ByteView file, const crypto::Identity& identity,
                         const RootPin& root) {
    TRY(check_header(file, identity.id()));
    const auto content = crypto::open_letter(identity.box(), as_bytes(crypto::domain::join.text),
                                             file.first(header_size), file.subspan(header_size));
    if (!content) {
        return Error{join_broken, "the join file was altered or cut short on its way"};
    }
    const ByteView view = *content;
    TRY_ASSIGN(const Hash said, Hash::from(view.first(Hash::size)));
    if (!root.matches(said)) {
        return Error{join_fingerprint, "another administration's root than the one pinned here"};
    }
    const auto entries = decode_entries(view.subspan(Hash::size));
    if (!entries) {
        return Error{join_malformed, "what was sealed is no list of entries"};
    }
    TRY_ASSIGN(auto roster, Roster::from_entries(*entries));
    if (roster.root_fingerprint() != said) {
        return Error{join_fingerprint, "the roster's root keys are not the pinned ones"};
    }
    TRY(check_certificate(roster, identity));
    return roster;
}

}  // namespace entrepot::replication
