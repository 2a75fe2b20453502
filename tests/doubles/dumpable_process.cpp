// A process that lets whoever started it read its memory: linked before crypto/, harden_process()
// of the program entrepot_dumpable. For the test that looks into processes, where it is not root:
// the program itself forbids it to its own account.
#include <sys/resource.h>

#include "crypto/secret.hpp"

namespace entrepot::crypto {

void harden_process() {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
}

}  // namespace entrepot::crypto
