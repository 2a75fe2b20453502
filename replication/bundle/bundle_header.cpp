#include "replication/bundle/bundle_header.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"
#include "crypto/envelope.hpp"

namespace entrepot::replication {
namespace {

constexpr std::string_view magic = "EPB1";
constexpr std::size_t key_size = 32;
constexpr std::size_t envelope_size = key_size + crypto::envelope_overhead;
constexpr std::size_t fixed_size = 4 + 1 + 16 + 16 + 32 + 8 + 8 + 1;  ///< up to the recipients
constexpr std::size_t tail_size = Hash::size + crypto::Signature::size;

Hash commitment_of(const crypto::Secret& key) {
    return crypto::hash(crypto::domain::bundle_key, {key.view()});
}

Status check_recipients(std::span<const BundleRecipient> recipients) {
    std::set<NodeId> distinct;
    for (const BundleRecipient& recipient : recipients) {
        distinct.insert(recipient.node);
    }
    if (recipients.empty() || recipients.size() > bundle_recipient_limit ||
        distinct.size() != recipients.size()) {
        return Error{bundle_recipients, "a bundle is for 1 to 16 nodes, each named once"};
    }
    return {};
}

Status check_start(ByteView file) {
    const std::size_t known = std::min(file.size(), magic.size());
    if (as_text(file.first(known)) != magic.substr(0, known)) {
        return Error{bundle_malformed, "not a bundle"};
    }
    if (file.size() > magic.size() && file[magic.size()] != crypto::suite) {
        return Error{bundle_suite, "a bundle of another suite"};
    }
    if (file.size() >= fixed_size &&
        (file[fixed_size - 1] == 0 || file[fixed_size - 1] > bundle_recipient_limit)) {
        return Error{bundle_malformed, "a bundle for nobody, or for more than 16 nodes"};
    }
    return {};
}

Result<crypto::Secret> open_key(ByteView envelopes, const BundleHeader& header,
                                const crypto::RelayKeys& self) {
    const auto place = std::find(header.recipients.begin(), header.recipients.end(), self.id());
    if (place == header.recipients.end()) {
        return Error{bundle_not_for_this_node, "this bundle is sealed to other nodes"};
    }
    const auto index = static_cast<std::size_t>(place - header.recipients.begin());
    const ByteView entry = envelopes.subspan(index * (NodeId::size + envelope_size));
    auto key = crypto::open_envelope(self.courier(), as_bytes(crypto::domain::bundle_envelope.text),
                                     header.id.view(), entry.subspan(NodeId::size, envelope_size));
    if (!key || key->size() != key_size || commitment_of(*key) != header.key_commitment) {
        return Error{bundle_key, "the key in this bundle is not the one it commits to"};
    }
    return key;
}

}  // namespace

Result<SealedHeader> make_bundle_header(const BundleOrigin& origin,
                                        const crypto::SigningKey& sender,
                                        std::span<const BundleRecipient> recipients,
                                        crypto::Entropy& entropy) {
    TRY(check_recipients(recipients));
    SealedHeader out{{}, entropy.secret(key_size)};
    const auto id = entropy.fixed<BundleId>();
    WireWriter writer;
    writer.raw(as_bytes(magic)).u8(crypto::suite).fixed(id).fixed(origin.administration);
    writer.fixed(sender.public_key()).u64(origin.roster_length.value).u64(origin.time.value);
    writer.u8(static_cast<std::uint8_t>(recipients.size()));
    for (const BundleRecipient& recipient : recipients) {
        TRY_ASSIGN(
            const Bytes envelope,
            crypto::seal_to(recipient.courier, as_bytes(crypto::domain::bundle_envelope.text),
                            id.view(), out.key.view(), entropy));
        writer.fixed(recipient.node).raw(envelope);
    }
    writer.fixed(commitment_of(out.key));
    const auto signature = sender.sign(crypto::domain::bundle, {writer.view()});
    out.bytes = writer.fixed(signature).take();
    return out;
}

Result<std::optional<OpenedHeader>> open_bundle_header(ByteView file,
                                                       const crypto::RelayKeys& self) {
    TRY(check_start(file));
    if (file.size() < fixed_size) {
        return std::optional<OpenedHeader>();
    }
    const std::size_t count = file[fixed_size - 1];
    const std::size_t size = fixed_size + count * (NodeId::size + envelope_size) + tail_size;
    if (file.size() < size) {
        return std::optional<OpenedHeader>();
    }
    WireReader reader(file.subspan(magic.size() + 1, size - magic.size() - 1));
    OpenedHeader out;
    out.size = size;
    out.header.id = reader.fixed<BundleId>();
    out.header.administration = reader.fixed<AdministrationId>();
    out.header.sender = reader.fixed<crypto::PublicKey>();
    out.header.roster_length = {reader.u64()};
    out.header.time = {reader.u64()};
    reader.u8();
    for (std::size_t i = 0; i < count; ++i) {
        out.header.recipients.push_back(reader.fixed<NodeId>());
        reader.raw(envelope_size);
    }
    out.header.key_commitment = reader.fixed<Hash>();
    const auto signature = reader.fixed<crypto::Signature>();
    if (!crypto::check_public_key(out.header.sender) ||
        !crypto::verify(out.header.sender, crypto::domain::bundle,
                        {file.first(size - crypto::Signature::size)}, signature)) {
        return Error{bundle_signature, "this bundle was altered, or is not its sender's"};
    }
    TRY_ASSIGN(out.key, open_key(file.subspan(fixed_size), out.header, self));
    return std::optional<OpenedHeader>(std::move(out));
}

}  // namespace entrepot::replication
