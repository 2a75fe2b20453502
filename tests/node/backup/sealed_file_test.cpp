#include "node/backup/sealed_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/support/matchers.hpp"
#include "tests/support/started_crypto.hpp"
#include "tests/support/temporary_folder.hpp"

namespace entrepot::node {
namespace {

TEST(SealedFile, RefusesFramesThatChangedPlaces) {
    constexpr std::size_t frame = 64 * 1024, sealed = frame + 16 + 5;
    TemporaryFolder folder;
    crypto::SystemEntropy entropy;
    Credential credential;
    credential.service_key = folder.path() / "file.key";
    const auto path = folder.path() / "file";
    {
        auto writer = SealedWriter::create(path, credential, entropy);
        ASSERT_THAT(writer, IsOk());
        ASSERT_THAT((*writer)->write(Bytes(frame, 1)), IsOk());
        ASSERT_THAT((*writer)->write(Bytes(frame, 2)), IsOk());
        ASSERT_THAT((*writer)->finish(), IsOk());
    }
    Bytes whole = *read_file(path, 1 << 20);
    const auto last = whole.end() - (16 + 5), second = last - sealed, first = second - sealed;
    std::swap_ranges(first, second, second);
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(whole.data()),
               static_cast<std::streamsize>(whole.size()));
    const auto reader = SealedReader::open(path, credential);
    ASSERT_THAT(reader, IsOk());
    EXPECT_THAT((*reader)->read(1), HasCode(backup_altered));
}

}  // namespace
}  // namespace entrepot::node
