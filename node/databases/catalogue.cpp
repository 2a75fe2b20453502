#include "node/databases/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "node/databases/json_text.hpp"
#include "node/databases/shipped.hpp"

namespace entrepot::node {

namespace {

using TakeFile = std::function<Status(std::string_view text, const std::string& where)>;

/// The files of `directory` by name; none when it does not exist.
Result<std::vector<std::string>> files_in(const std::string& directory) {
    std::vector<std::string> out;
    std::error_code failed;
    if (!std::filesystem::exists(directory, failed) && !failed) {
        return out;
    }
    for (std::filesystem::directory_iterator entry(directory, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (entry->path().extension() == ".json") {
            out.push_back(entry->path().string());
        }
    }
    if (failed) {
        return Error{catalogue_unreadable, directory + ": " + failed.message()};
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Shipped files of the folder, then those that replace or add to them.
Status for_each_file(const std::string& folder, const std::string& overrides,
                     const TakeFile& take) {
    for (const ShippedFile& file : shipped_files()) {
        if (file.name.substr(0, folder.size() + 1) == folder + "/") {
            TRY(take(file.text, std::string(file.name)));
        }
    }
    if (overrides.empty()) {
        return {};
    }
    std::error_code failed;
    if (!std::filesystem::is_directory(overrides, failed)) {
        return Error{catalogue_unreadable, overrides + " is not a directory that can be read"};
    }
    TRY_ASSIGN(const std::vector<std::string> files, files_in(overrides + "/" + folder));
    for (const std::string& path : files) {
        TRY_ASSIGN(const std::string text, read_text_file(path, catalogue_unreadable));
        TRY(take(text, path));
    }
    return {};
}

}  // namespace

Status Catalogue::load_lists(const CatalogueSources& sources) {
    TRY_ASSIGN(std::vector<CodeList> standard, load_iso_codes(sources.iso_codes));
    for (CodeList& list : standard) {
        std::string name = list.name();
        lists_.insert_or_assign(std::move(name), std::move(list));
    }
    return for_each_file("lists", sources.overrides,
                         [this](std::string_view text, const std::string& where) -> Status {
                             TRY_ASSIGN(std::vector<CodeList> own, CodeList::parse(text, where));
                             for (CodeList& list : own) {
                                 std::string name = list.name();
                                 lists_.insert_or_assign(std::move(name), std::move(list));
                             }
                             return {};
                         });
}

Status Catalogue::load_schemas(const CatalogueSources& sources) {
    return for_each_file("schemas", sources.overrides,
                         [this](std::string_view text, const std::string& where) -> Status {
                             TRY_ASSIGN(Schema schema, Schema::parse(text, where, lists_));
                             std::string name = schema.database;
                             schemas_.insert_or_assign(std::move(name), std::move(schema));
                             return {};
                         });
}

Result<std::unique_ptr<Catalogue>> Catalogue::load(const CatalogueSources& sources) {
    std::unique_ptr<Catalogue> out(new Catalogue);
    TRY(out->load_lists(sources));
    TRY(out->load_schemas(sources));
    return out;
}

Result<const Schema*> Catalogue::schema(std::string_view database) const {
    const auto found = schemas_.find(database);
    if (found != schemas_.end()) {
        return &found->second;
    }
    std::vector<std::string> names;
    for (const auto& [name, schema] : schemas_) {
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    std::string known;
    for (const std::string& name : names) {
        known += (known.empty() ? "" : ", ") + name;
    }
    return Error{catalogue_unknown_database,
                 "there is no database '" + std::string(database) + "'; there are " + known};
}

const CodeList* Catalogue::list(std::string_view name) const {
    const auto found = lists_.find(name);
    return found == lists_.end() ? nullptr : &found->second;
}

}  // namespace entrepot::node
