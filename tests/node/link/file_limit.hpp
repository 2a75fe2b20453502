// FileLimit: no file of this process grows beyond so many bytes: a full disk without a disk.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace entrepot::node {

class FileLimit {
public:
    FileLimit() {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
    }
    ~FileLimit() { lift(); }
    FileLimit(const FileLimit&) = delete;
    void set(rlim_t bytes) {
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    void lift() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

}  // namespace entrepot::node
