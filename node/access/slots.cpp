#include "node/access/slots.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace entrepot::node {
namespace {

constexpr std::size_t slot_limit = 64 * 1024;

Result<crypto::Secret> read_device_secret(const NodeDirectory& directory,
                                          crypto::Entropy* make_with = nullptr) {
    std::error_code ignored;
    if (make_with != nullptr && !std::filesystem::exists(directory.device_secret(), ignored)) {
        TRY(write_file(directory.device_secret(), make_with->secret(32).view()));
    }
    auto bytes = read_file(directory.device_secret(), slot_limit);
    if (!bytes) {
        return Error{vault_no_slot, bytes.error().context};
    }
    crypto::Secret out = crypto::Secret::copy_of(*bytes);
    crypto::wipe(*bytes);
    return out;
}

Result<Vault> open_one(const std::filesystem::path& file, const crypto::Secret& device,
                       ByteView passphrase) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return Error{crypto::keybag_wrong, "no officer of that name has that passphrase"};
    }
    TRY_ASSIGN(const Bytes slot, read_file(file, slot_limit));
    TRY_ASSIGN(const crypto::Secret content, crypto::open_keybag(passphrase, device.view(), slot));
    return Vault::decode(content.view());
}

/// Those of the wish that need not wait.
Result<std::vector<unsigned>> slots_to_try(const NodeDirectory& directory, const Attempts& attempts,
                                           const SlotWish& wish) {
    std::vector<unsigned> out =
        wish.slot ? std::vector<unsigned>{*wish.slot} : slot_numbers(directory);
    if (out.empty()) {
        return Error{vault_no_slot,
                     "no officer has a passphrase at this node; start it with its service key"};
    }
    TRY(attempts.check(out));
    std::erase_if(out, [&](unsigned slot) { return attempts.wait_ms(slot) > 0; });
    return out;
}

}  // namespace

std::filesystem::path slot_file(const NodeDirectory& directory, unsigned number) {
    return directory.slots() / (std::to_string(number) + ".slot");
}

std::vector<unsigned> slot_numbers(const NodeDirectory& directory) {
    std::vector<unsigned> out;
    for (const auto& file : directory.slot_files()) {
        const std::string name = file.stem().string();
        unsigned number = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc()) {
            out.push_back(number);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

unsigned free_slot(const NodeDirectory& directory) {
    const auto numbers = slot_numbers(directory);
    return numbers.empty() ? 1 : numbers.back() + 1;
}

Result<OpenedSlot> unlock_slot(const NodeDirectory& directory, Attempts& attempts,
                               const SlotWish& wish, ByteView passphrase) {
    TRY_ASSIGN(const auto slots, slots_to_try(directory, attempts, wish));
    TRY_ASSIGN(const crypto::Secret device, read_device_secret(directory));
    attempts.begin(slots);
    Error last{crypto::keybag_wrong, "no officer of that name has that passphrase"};
    for (const unsigned slot : slots) {
        auto vault = open_one(slot_file(directory, slot), device, passphrase);
        if (vault && (wish.officer.empty() || vault->officer_name == wish.officer)) {
            attempts.take_back(slots);
            attempts.succeeded(slot);
            return OpenedSlot{*std::move(vault), slot};
        }
        if (!vault && !(vault.error().code == crypto::keybag_wrong)) {
            last = vault.error();  // a damaged slot says so, whatever the passphrase
        }
    }
    return last;
}

Result<Bytes> seal_slot(const NodeDirectory& directory, const crypto::Secret& content,
                        ByteView passphrase, crypto::Entropy& entropy) {
    TRY_ASSIGN(const crypto::Secret device, read_device_secret(directory, &entropy));
    return crypto::seal_keybag(passphrase, device.view(), content.view(), {}, entropy);
}

void destroy_slot(const NodeDirectory& directory, unsigned number) {
    const auto path = slot_file(directory, number);
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return;
    }
    std::error_code failed;
    const Bytes zeros(std::min<std::size_t>(std::filesystem::file_size(path, failed), slot_limit));
    if (::pwrite(file, zeros.data(), zeros.size(), 0) > 0) {
        ::fsync(file);
    }
    ::close(file);
    std::filesystem::remove(path, failed);
}

}  // namespace entrepot::node
