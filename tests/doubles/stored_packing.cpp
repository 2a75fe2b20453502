// Packing that packs nothing: linked before replication/, pack() of the programs
// entrepot_uncompressed and entrepot_unsealed. Every program reads what it writes.
#include "replication/model/packing.hpp"

namespace entrepot::replication {

Bytes Packing::pack(ByteView plain) {
    Bytes out{stored};
    append(out, plain);
    out.push_back(0x80);
    out.resize((out.size() + 15) / 16 * 16);
    return out;
}

}  // namespace entrepot::replication
