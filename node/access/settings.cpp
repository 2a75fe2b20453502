#include "node/access/settings.hpp"

#include <algorithm>

#include "crypto/base/wire.hpp"
#include "replication/roster/enrolment_request.hpp"

namespace entrepot::node {

using replication::NodeKind;

Status check_country(const std::string& country) {
    const bool letters =
        std::all_of(country.begin(), country.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (country.size() != 2 || !letters) {
        return Error{
            settings_country,
            "a country is two capital letters of ISO 3166, such as JM; got '" + country + "'"};
    }
    return {};
}

std::string_view kind_name(NodeKind kind) {
    switch (kind) {
        case NodeKind::headquarters:
            return "headquarters";
        case NodeKind::unit:
            return "unit";
        case NodeKind::partner:  // another administration's: this program runs none of these
            return "partner";
        case NodeKind::relay:
            return "relay";
    }
    return "unknown";
}

Bytes encode(const Settings& settings) {
    WireWriter writer;
    writer.u8(static_cast<std::uint8_t>(settings.kind));
    writer.sized8(as_bytes(settings.name)
                      .first(std::min(settings.name.size(), replication::unit_name_limit)));
    writer.raw(as_bytes(settings.country).first(2));
    return writer.take();
}

Result<Settings> decode_settings(ByteView bytes) {
    WireReader reader(bytes);
    const std::uint8_t kind = reader.u8();
    Settings out;
    out.name = as_text(reader.sized8(replication::unit_name_limit));
    out.country = as_text(reader.raw(2));
    if (!reader.finish("settings") || kind < 1 || kind > 3 || !check_country(out.country)) {
        return Error{settings_malformed, "this node's settings cannot be read; restore a backup"};
    }
    out.kind = static_cast<NodeKind>(kind);
    return out;
}

}  // namespace entrepot::node
