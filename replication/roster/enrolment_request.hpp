// Enrolment request: the file by which a new node asks to be certified. Small enough for a QR
// code; ROSTER.md gives the bytes. Proves that whoever made it holds the signing key it names.
// Does not say who that is: people compare the request's code by telephone. That it is used only
// once is the roster's doing, which takes no key twice.
#pragma once

#include "replication/roster/entry.hpp"

namespace entrepot::replication {

inline constexpr ErrorCode request_malformed{"request.malformed", ErrorKind::refused};
inline constexpr ErrorCode request_suite{"request.suite", ErrorKind::refused};
inline constexpr ErrorCode request_signature{"request.signature", ErrorKind::refused};
inline constexpr ErrorCode request_key{"request.key", ErrorKind::refused};
inline constexpr ErrorCode request_possession{"request.possession", ErrorKind::refused};
inline constexpr ErrorCode request_expired{"request.expired", ErrorKind::refused};
inline constexpr ErrorCode request_not_yet{"request.not_yet", ErrorKind::refused};
inline constexpr ErrorCode request_name{"request.name", ErrorKind::invalid_input};

inline constexpr std::size_t unit_name_limit = 80;  ///< bytes of UTF-8
inline constexpr std::int64_t request_lifetime_ms = std::int64_t{14} * 24 * 60 * 60 * 1000;
/// How far a new machine's clock may be ahead of headquarters'.
inline constexpr std::int64_t request_clock_slack_ms = std::int64_t{24} * 60 * 60 * 1000;

/// What a new node wants to be. A headquarters names the roster key that it will sign with.
struct RequestWish {
    NodeKind kind = NodeKind::unit;
    std::string unit_name;
    std::optional<crypto::PublicKey> roster_key;
};

struct EnrolmentRequest {
    RequestWish wish;
    crypto::PublicIdentity identity;
    crypto::Signature possession;
    WallTime created;
    FixedBytes<struct RequestSaltTag, 16> salt;
};

/// Bytes of a request, signed by the identity. request.name when the name is empty, over 80 bytes,
/// not UTF-8 or holds control characters; request.key when a roster key is there for another kind
/// than headquarters, or missing for that.
Result<Bytes> make_request(const RequestWish& wish, const crypto::Identity& identity, WallTime now,
                           crypto::Entropy& entropy);

/// Checks all of it in this order: frame (request.malformed), request.suite, request.signature,
/// kind and name (request.malformed), keys (request.key), proof of possession (request.possession),
/// 14 days (request.expired) and at most a day ahead of `now` (request.not_yet).
Result<EnrolmentRequest> decode_request(ByteView bytes, WallTime now);

/// The request as text for a QR code, a message or a keyboard: "EPQ1:" and base 32 in capitals, all
/// of it in the alphanumeric set of QR codes.
std::string request_text(ByteView bytes);
/// Whether a file holds that form.
bool is_request_text(std::string_view text);
/// Reads it back: either case, spaces and ends of lines anywhere. request.malformed names the first
/// wrong character.
Result<Bytes> request_from_text(std::string_view text);

/// The eight words of the request's hash, for comparing by telephone (crypto/words.hpp).
std::string request_code(ByteView bytes);

/// The two blocks of reference numbers that a certificate gives.
struct NumberBlocks {
    NumberBlock numbers, spare;
};
/// The certificate that answers a request.
NodeCertificate certificate_for(const EnrolmentRequest& request, const UnitId& unit,
                                const NumberBlocks& blocks);

}  // namespace entrepot::replication
