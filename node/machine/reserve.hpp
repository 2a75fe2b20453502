// Reserve: a file that takes up room on the disk while there is some, and gives it up when there is
// none, so that what officers capture can still be kept. While it is given up the disk counts as
// full: records are taken in and not shown. Its content means nothing.
#pragma once

#include <cstdint>
#include <filesystem>

namespace entrepot::node {

inline constexpr std::uint64_t default_reserve_size = std::uint64_t{256} << 20;

class Reserve {
public:
    /// none: never made here; held: room is put by; given_up: the disk was full, or is.
    enum class State { none, held, given_up };

    Reserve(std::filesystem::path file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

    /// The file `reserve` in a node's directory.
    static std::filesystem::path in(const std::filesystem::path& node) { return node / "reserve"; }
    /// default_reserve_size, or a sixteenth of the disk where that is less (under 4 GiB).
    static std::uint64_t size_for(const std::filesystem::path& node);
    static State state(const std::filesystem::path& file);
    State state() const { return state(file_); }
    /// Gives the room up; false when there was none to give.
    bool give_up();
    /// Makes it, or makes it again, once the disk has twice its size free; else it stays given up.
    void tend();

private:
    std::filesystem::path file_;
    std::uint64_t size_;
};

}  // namespace entrepot::node
