#include "tests/support/places.hpp"

namespace entrepot {

std::string source_folder() {
    return ENTREPOT_SOURCE_DIR;
}

std::string binary_folder() {
    return ENTREPOT_BINARY_DIR;
}

}  // namespace entrepot
