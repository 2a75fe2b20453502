#include "node/databases/lists/iso_codes.hpp"

#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "node/databases/json_text.hpp"

namespace entrepot::node {

using nlohmann::json;

namespace {

/// A gettext catalogue: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
class Translations {
public:
    /// Of a missing or odd file: a catalogue that translates nothing.
    explicit Translations(const std::string& path) {
        auto bytes = read_text_file(path, iso_codes_missing);
        if (bytes && bytes->size() >= 20) {
            bytes_ = std::move(*bytes);
            read_entries();
        }
    }

    std::string of(const std::string& text) const {
        const auto found = by_original_.find(text);
        return found == by_original_.end() || found->second == text ? std::string()
                                                                    : std::string(found->second);
    }

private:
    std::uint32_t word(std::size_t offset) const {
        std::uint32_t out = 0;
        if (offset <= bytes_.size() && bytes_.size() - offset >= sizeof out) {
            std::memcpy(&out, bytes_.data() + offset, sizeof out);
        }
        return out;
    }
    std::string_view text_at(std::size_t entry) const {
        const std::size_t length = word(entry), start = word(entry + 4);
        const bool inside = start <= bytes_.size() && length <= bytes_.size() - start;
        return inside ? std::string_view(bytes_).substr(start, length) : std::string_view();
    }
    void read_entries() {
        constexpr std::uint32_t little_endian = 0x950412de;
        const std::size_t count = word(8), originals = word(12), translated = word(16);
        if (word(0) != little_endian || count > bytes_.size() / 16) {
            return;
        }
        for (std::size_t i = 0; i < count; ++i) {
            by_original_.emplace(text_at(originals + i * 8), text_at(translated + i * 8));
        }
    }

    std::string bytes_;
    TextMap<std::string_view> by_original_;
};

/// One file of the package: which member holds the code, and under which name its list goes.
struct IsoFile {
    const char* list;
    const char* standard;
    const char* code;
    const char* longer_code;  ///< where `code` is absent
};

constexpr IsoFile iso_files[] = {
    {"countries", "3166-1", "alpha_2", "alpha_3"},
    {"subdivisions", "3166-2", "code", "code"},
    {"currencies", "4217", "alpha_3", "alpha_3"},
    {"languages", "639-2", "alpha_2", "alpha_3"},
};

void add_entry(CodeList& list, const json& given, const IsoFile& file, const Translations& fr,
               const Translations& es) {
    std::string code = text_member(given, file.code);
    code = code.empty() ? text_member(given, file.longer_code) : code;
    const std::string common = text_member(given, "common_name");
    const std::string formal = text_member(given, "name");
    const std::string& name = common.empty() ? formal : common;
    const std::string of = std::strcmp(file.list, "subdivisions") == 0 ? code.substr(0, 2) : "";
    if (!list.add({code, {name, fr.of(name), es.of(name)}, of})) {
        return;
    }
    for (const char* other : {"name", "official_name", "alpha_3"}) {
        const std::string text = text_member(given, other);
        list.add_name(text, code);
        list.add_name(fr.of(text), code);
        list.add_name(es.of(text), code);
    }
}

Result<CodeList> load_list(const IsoFile& file, const IsoCodesPlaces& places) {
    const std::string path = places.json + "/iso_" + file.standard + ".json";
    auto text = read_text_file(path, iso_codes_missing);
    if (!text) {
        return Error{iso_codes_missing, text.error().context +
                                            "; install the package iso-codes or say where its "
                                            "json files are"};
    }
    TRY_ASSIGN(const json content, parse_json(*text, path, code_list_malformed));
    if (!content.is_object() || !content.contains(file.standard) ||
        !content[file.standard].is_array()) {
        return Error{code_list_malformed, path + ": has no array \"" + file.standard + "\""};
    }
    const std::string translated = std::string("/LC_MESSAGES/iso_") + file.standard + ".mo";
    const Translations fr(places.translations + "/fr" + translated);
    const Translations es(places.translations + "/es" + translated);
    CodeList out{file.list};
    for (const json& entry : content[file.standard]) {
        add_entry(out, entry, file, fr, es);
    }
    return out;
}

}  // namespace

Result<std::vector<CodeList>> load_iso_codes(const IsoCodesPlaces& places) {
    std::vector<CodeList> out;
    for (const IsoFile& file : iso_files) {
        TRY_ASSIGN(CodeList list, load_list(file, places));
        out.push_back(std::move(list));
    }
    return out;
}

}  // namespace entrepot::node
