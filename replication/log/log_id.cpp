#include "replication/log/log_id.hpp"

#include "crypto/base/wire.hpp"
#include "crypto/primitives.hpp"

namespace entrepot::replication {

LogId LogDescriptor::id() const {
    return {crypto::hash128(crypto::domain::log,
                            {node.view(), compartment.view(), incarnation.view()})};
}

Bytes LogDescriptor::encode() const {
    WireWriter writer;
    writer.fixed(node).fixed(compartment).fixed(incarnation);
    return writer.take();
}

Result<LogDescriptor> LogDescriptor::decode(ByteView bytes) {
    WireReader reader(bytes);
    LogDescriptor out;
    out.node = reader.fixed<NodeId>();
    out.compartment = reader.fixed<CompartmentId>();
    out.incarnation = reader.fixed<Incarnation>();
    TRY(reader.finish("log descriptor"));
    return out;
}

}  // namespace entrepot::replication
