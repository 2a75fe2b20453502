#include "crypto/base/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace entrepot {

void ensure_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "entrepot: broken invariant at %s:%d: %s\n", file, line, condition);
    std::abort();
}

}  // namespace entrepot
