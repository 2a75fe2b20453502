// Include this where a test uses crypto/: the library is started before the first test.
#pragma once

#include "crypto/primitives.hpp"

namespace entrepot {

inline const bool crypto_started = crypto::initialise();

}  // namespace entrepot
