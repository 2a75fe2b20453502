#include "node/machine/private_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace entrepot::node {
namespace {

bool is_kind(mode_t mode, PathKind kind) {
    return kind == PathKind::directory ? S_ISDIR(mode) : S_ISREG(mode);
}

}  // namespace

Status check_private(const std::filesystem::path& path, PathKind kind) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        return {};  // absent; or the opener says why it cannot be reached
    }
    const std::string name = path.string();
    if (S_ISLNK(found.st_mode)) {
        return Error{path_symbolic_link,
                     name + " is a symbolic link; put it itself there, and look who did that"};
    }
    if (!is_kind(found.st_mode, kind)) {
        return Error{path_unexpected, name + " is not a " +
                                          (kind == PathKind::directory ? "directory" : "file") +
                                          "; move it away, and look who did that"};
    }
    if (found.st_uid != ::geteuid()) {
        return Error{path_foreign_owner,
                     name + " belongs to account " + std::to_string(found.st_uid) +
                         ", this program runs as " + std::to_string(::geteuid()) +
                         "; run it as the account of the node, or 'chown " +
                         std::to_string(::geteuid()) + " " + name + "'"};
    }
    if ((found.st_mode & 077) != 0) {
        return Error{path_open_to_others, name + " is open to others; 'chmod " +
                                              (kind == PathKind::directory ? "700 " : "600 ") +
                                              name + "', and look who did that"};
    }
    return {};
}

}  // namespace entrepot::node
