// A secret in the body of a request: taken out before anything parses the body, because a parser
// leaves copies of every text in memory that it gives back unwiped.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace entrepot::node {

inline constexpr std::size_t longest_secret_text = 1024;

/// Takes the text of that member of the JSON object in `body` into locked memory, and puts blanks
/// in its place. Empty when there is no such text, or no object. request.body when it is longer
/// than 1024 bytes or no UTF-8. Members inside other members are not looked at.
Result<crypto::Secret> take_secret_text(Bytes& body, std::string_view name);

/// Names of the members of a request that are secret; an empty one is none.
using SecretNames = std::array<std::string_view, 2>;

/// The secrets of one request.
class SecretTexts {
public:
    static Result<std::shared_ptr<SecretTexts>> take(Bytes& body, const SecretNames& names);
    /// Gives it away, once; empty when there was none.
    crypto::Secret give(std::string_view name);

private:
    std::map<std::string, crypto::Secret, std::less<>> texts_;
};

}  // namespace entrepot::node
