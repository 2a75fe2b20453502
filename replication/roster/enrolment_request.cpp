#include "replication/roster/enrolment_request.hpp"

#include "crypto/base/wire.hpp"
#include "crypto/words.hpp"
#include "replication/model/value.hpp"

namespace entrepot::replication {
namespace {

constexpr std::string_view text_mark = "EPQ1:";

std::string without_spaces(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter != ' ' && letter != '\n' && letter != '\r' && letter != '\t') {
            out += letter;
        }
    }
    return out;
}

constexpr std::string_view magic = "EPQ1";
constexpr std::size_t fixed_size = 255;  ///< up to the name
constexpr std::size_t signature_size = crypto::Signature::size;

/// Names are shown in terminals and pages, so they hold no control characters (C2 leads U+0080 to
/// U+009F in UTF-8).
bool is_name(std::string_view text) {
    bool after_c2 = false;
    for (const std::uint8_t byte : as_bytes(text)) {
        if (byte < 0x20 || byte == 0x7f || (after_c2 && byte < 0xa0)) {
            return false;
        }
        after_c2 = byte == 0xc2;
    }
    return !text.empty() && text.size() <= unit_name_limit && is_utf8(text);
}

bool has_right_keys(const RequestWish& wish) {
    return wish.roster_key.has_value() == (wish.kind == NodeKind::headquarters);
}

/// Magic, suite and the length that the name's length calls for.
Status check_frame(ByteView bytes) {
    if (bytes.size() < fixed_size + signature_size || as_text(bytes.first(magic.size())) != magic) {
        return Error{request_malformed, "no enrolment request"};
    }
    if (bytes[magic.size()] != crypto::suite) {
        return Error{request_suite, "a request of another suite"};
    }
    const std::size_t name_size = bytes[fixed_size - 1];
    if (name_size > unit_name_limit || bytes.size() != fixed_size + name_size + signature_size) {
        return Error{request_malformed, "a request of a wrong length"};
    }
    return {};
}

Status check_keys(const EnrolmentRequest& request) {
    if (!crypto::PublicIdentity::decode(request.identity.encode())) {
        return Error{request_key, "a weak key, or one key used twice"};
    }
    const auto& roster_key = request.wish.roster_key;
    if (roster_key &&
        (!crypto::check_public_key(*roster_key) || *roster_key == request.identity.sign)) {
        return Error{request_key, "a weak roster key, or one that is another key too"};
    }
    if (!crypto::verify(request.identity.sign, crypto::domain::possession,
                        {request.identity.encode()}, request.possession)) {
        return Error{request_possession, "the node has not signed its own keys"};
    }
    return {};
}

Status check_age(WallTime created, WallTime now) {
    if (created.ms < now.ms - request_lifetime_ms) {
        return Error{request_expired, "the request is older than 14 days: make a new one"};
    }
    if (created.ms > now.ms + request_clock_slack_ms) {
        return Error{request_not_yet,
                     "made more than a day ahead of the clock here: set the clock"};
    }
    return {};
}

Result<EnrolmentRequest> read_request(ByteView bytes) {
    WireReader reader(bytes);
    EnrolmentRequest out;
    const std::uint8_t kind = reader.u8();
    out.identity.sign = reader.fixed<crypto::PublicKey>();
    out.identity.box = reader.fixed<crypto::BoxPublicKey>();
    out.identity.transport = reader.fixed<crypto::TransportPublicKey>();
    out.identity.courier = reader.fixed<crypto::BoxPublicKey>();
    const auto roster_key = reader.fixed<crypto::PublicKey>();
    out.possession = reader.fixed<crypto::Signature>();
    out.created = {static_cast<std::int64_t>(reader.u64())};
    out.salt = reader.fixed<decltype(EnrolmentRequest::salt)>();
    out.wish.unit_name = as_text(reader.sized8(unit_name_limit));
    const bool is_kind = kind >= 1 && kind <= 3;
    if (!is_kind || !is_name(out.wish.unit_name)) {
        return Error{request_malformed, "a kind that is none, or a name that is none"};
    }
    out.wish.kind = static_cast<NodeKind>(kind);
    if (!roster_key.is_zero()) {
        out.wish.roster_key = roster_key;
    }
    if (!has_right_keys(out.wish)) {
        return Error{request_malformed, "a headquarters and no other names a roster key"};
    }
    return out;
}

}  // namespace

Result<Bytes> make_request(const RequestWish& wish, const crypto::Identity& identity, WallTime now,
                           crypto::Entropy& entropy) {
    if (!is_name(wish.unit_name)) {
        return Error{request_name,
                     "a unit's name has 1 to 80 bytes of UTF-8 without control "
                     "characters"};
    }
    if (!has_right_keys(wish)) {
        return Error{request_key, "a headquarters and no other names a roster key"};
    }
    const Bytes keys = identity.public_part().encode();
    WireWriter writer;
    writer.raw(as_bytes(magic)).u8(crypto::suite).u8(static_cast<std::uint8_t>(wish.kind));
    writer.raw(keys).fixed(wish.roster_key.value_or(crypto::PublicKey{}));
    writer.fixed(identity.sign().sign(crypto::domain::possession, {keys}));
    writer.u64(static_cast<std::uint64_t>(now.ms));
    writer.fixed(entropy.fixed<decltype(EnrolmentRequest::salt)>());
    writer.sized8(as_bytes(wish.unit_name));
    writer.fixed(identity.sign().sign(crypto::domain::request, {writer.view()}));
    return writer.take();
}

Result<EnrolmentRequest> decode_request(ByteView bytes, WallTime now) {
    TRY(check_frame(bytes));
    constexpr std::size_t key_at = magic.size() + 2;
    TRY_ASSIGN(const auto key,
               crypto::PublicKey::from(bytes.subspan(key_at, crypto::PublicKey::size)));
    TRY_ASSIGN(const auto signature, crypto::Signature::from(bytes.last(signature_size)));
    const ByteView signed_bytes = bytes.first(bytes.size() - signature_size);
    if (!crypto::verify(key, crypto::domain::request, {signed_bytes}, signature)) {
        return Error{request_signature, "the request was altered after it was signed"};
    }
    TRY_ASSIGN(auto out, read_request(signed_bytes.subspan(magic.size() + 1)));
    TRY(check_keys(out));
    TRY(check_age(out.created, now));
    return out;
}

std::string request_text(ByteView bytes) {
    std::string out(text_mark);
    for (const char letter : to_base32(bytes)) {
        out += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return out;
}

bool is_request_text(std::string_view text) {
    const std::string compact = without_spaces(text.substr(0, 64));
    return compact.size() >= text_mark.size() &&
           std::equal(text_mark.begin(), text_mark.end(), compact.begin(),
                      [](char mark, char letter) {
                          return mark == (letter >= 'a' && letter <= 'z'
                                              ? static_cast<char>(letter - 'a' + 'A')
                                              : letter);
                      });
}

Result<Bytes> request_from_text(std::string_view text) {
    if (!is_request_text(text)) {
        return Error{request_malformed, "the text of a request begins with " +
                                            std::string(text_mark)};
    }
    auto bytes = from_base32(std::string_view(without_spaces(text)).substr(text_mark.size()));
    if (!bytes) {
        return Error{request_malformed, "the text of the request: " + bytes.error().context};
    }
    return bytes;
}

std::string request_code(ByteView bytes) {
    return crypto::eight_words(crypto::hash(crypto::domain::request, {bytes}));
}

NodeCertificate certificate_for(const EnrolmentRequest& request, const UnitId& unit,
                                const NumberBlocks& blocks) {
    NodeCertificate out;
    out.identity = request.identity;
    out.kind = request.wish.kind;
    out.unit = unit;
    out.numbers = blocks.numbers;
    out.spare_numbers = blocks.spare;
    out.roster_key = request.wish.roster_key;
    out.possession = request.possession;
    return out;
}

}  // namespace entrepot::replication
