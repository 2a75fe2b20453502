// Frames are zstd's without its magic number, of one segment with the content's size, and without
// checksum and dictionary id (the seal guards them). Header and blocks are walked here before zstd
// sees them, so that every node refuses the same bytes whatever its release of zstd.
#include "replication/model/packing.hpp"

#define ZSTD_STATIC_LINKING_ONLY  // for the format without magic number
#include <zstd.h>

#include "crypto/base/ensure.hpp"
#include "replication/model/change.hpp"
#include "replication/model/dictionary.hpp"

namespace entrepot::replication {
namespace {

constexpr int level = 3;
constexpr int window_log = 21;  // over change_plain_limit: one segment, always
constexpr std::size_t block_size = 16;
constexpr std::uint8_t padding_start = 0x80;
constexpr std::uint8_t single_segment = 0x20;

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using CompressionContext = std::unique_ptr<ZSTD_CCtx, Freed<ZSTD_freeCCtx>>;
using DecompressionContext = std::unique_ptr<ZSTD_DCtx, Freed<ZSTD_freeDCtx>>;
using CompressionDictionary = std::unique_ptr<ZSTD_CDict, Freed<ZSTD_freeCDict>>;
using DecompressionDictionary = std::unique_ptr<ZSTD_DDict, Freed<ZSTD_freeDDict>>;

Error malformed(const char* why) {
    return {packing_malformed, why};
}

std::uint64_t little_endian(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

struct Frame {
    std::size_t content_size;
    ByteView blocks;
};

/// RFC 8878, 3.1.1.1: descriptor, no window byte in a single segment, content size of 1, 2, 4 or 8.
Result<Frame> read_header(ByteView frame) {
    if (frame.empty()) {
        return malformed("no frame");
    }
    const std::uint8_t descriptor = frame[0];
    if ((descriptor & 0x3f) != single_segment) {
        return malformed("a frame of another form than ours");
    }
    const std::size_t size_bytes = std::size_t{1} << (descriptor >> 6);
    if (frame.size() < 1 + size_bytes) {
        return malformed("frame ends within its header");
    }
    const std::uint64_t written = little_endian(frame.subspan(1, size_bytes));
    const std::uint64_t size = size_bytes == 2 ? written + 256 : written;
    if (size > change_plain_limit) {
        return Error{packing_too_large, "opens to more than 1 MiB"};
    }
    return Frame{static_cast<std::size_t>(size), frame.subspan(1 + size_bytes)};
}

/// RFC 8878, 3.1.1.2: three bytes of last, type and size; the last block ends the frame.
Status check_blocks(ByteView blocks) {
    constexpr std::uint64_t run_length = 1;
    bool last = false;
    while (!last) {
        if (blocks.size() < 3) {
            return malformed("frame ends within a block");
        }
        const std::uint64_t header = little_endian(blocks.first(3));
        last = (header & 1) != 0;
        const std::uint64_t size = (header >> 1 & 3) == run_length ? 1 : header >> 3;
        if (size > blocks.size() - 3) {
            return malformed("frame ends within a block");
        }
        blocks = blocks.subspan(3 + static_cast<std::size_t>(size));
    }
    return blocks.empty() ? Status{} : malformed("bytes after the frame");
}

void pad(Bytes& bytes) {
    bytes.push_back(padding_start);
    bytes.resize((bytes.size() + block_size - 1) / block_size * block_size, 0);
}

/// What stands between the dictionary number and the padding.
Result<ByteView> without_padding(ByteView packed) {
    if (packed.empty() || packed.size() % block_size != 0) {
        return malformed("length is no multiple of 16");
    }
    std::size_t end = packed.size() - 1;
    while (end > packed.size() - block_size && packed[end] == 0) {
        --end;
    }
    if (packed[end] != padding_start || end == 0) {
        return malformed("padding is not 0x80 and at most 15 zeros");
    }
    return packed.subspan(1, end - 1);
}

}  // namespace

struct Packing::Contexts {
    CompressionContext compress{ZSTD_createCCtx()};
    DecompressionContext decompress{ZSTD_createDCtx()};
    CompressionDictionary first_to_write;
    DecompressionDictionary first_to_read;

    explicit Contexts(std::uint8_t write_with);
    Status decompress_into(Bytes& out, ByteView frame, std::uint8_t dictionary);
};

Packing::Contexts::Contexts(std::uint8_t write_with) {
    const ByteView first = first_dictionary_bytes();
    first_to_read.reset(ZSTD_createDDict_byReference(first.data(), first.size()));
    ENSURE(compress != nullptr && decompress != nullptr && first_to_read != nullptr);
    const auto set = [&](ZSTD_cParameter parameter, int value) {
        ENSURE(ZSTD_isError(ZSTD_CCtx_setParameter(compress.get(), parameter, value)) == 0);
    };
    set(ZSTD_c_compressionLevel, level);
    set(ZSTD_c_windowLog, window_log);
    set(ZSTD_c_contentSizeFlag, 1);
    set(ZSTD_c_checksumFlag, 0);
    set(ZSTD_c_dictIDFlag, 0);
    set(ZSTD_c_format, ZSTD_f_zstd1_magicless);
    ENSURE(ZSTD_isError(ZSTD_DCtx_setParameter(decompress.get(), ZSTD_d_format,
                                               ZSTD_f_zstd1_magicless)) == 0);
    if (write_with == first_dictionary) {
        first_to_write.reset(ZSTD_createCDict(first.data(), first.size(), level));
        ENSURE(first_to_write != nullptr);
        ENSURE(ZSTD_isError(ZSTD_CCtx_refCDict(compress.get(), first_to_write.get())) == 0);
    }
}

Status Packing::Contexts::decompress_into(Bytes& out, ByteView frame, std::uint8_t dictionary) {
    const ZSTD_DDict* wanted = dictionary == first_dictionary ? first_to_read.get() : nullptr;
    ENSURE(ZSTD_isError(ZSTD_DCtx_refDDict(decompress.get(), wanted)) == 0);
    const std::size_t size =
        ZSTD_decompressDCtx(decompress.get(), out.data(), out.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) != 0) {
        return malformed(ZSTD_getErrorName(size));
    }
    return size == out.size() ? Status{} : malformed("opens to another size than it says");
}

Packing::Packing(std::uint8_t write_with)
    : contexts_(std::make_unique<Contexts>(write_with)), write_with_(write_with) {
    ENSURE(write_with == no_dictionary || write_with == first_dictionary || write_with == stored);
}
Packing::~Packing() = default;
Packing::Packing(Packing&&) noexcept = default;

Bytes Packing::pack(ByteView plain) {
    ENSURE(plain.size() <= change_plain_limit);
    Bytes out;
    if (write_with_ == stored) {
        out.reserve(plain.size() + 1 + block_size);
        out.push_back(stored);
        append(out, plain);
        pad(out);
        return out;
    }
    out.resize(1 + ZSTD_compressBound(plain.size()));
    out[0] = write_with_;
    const std::size_t size = ZSTD_compress2(contexts_->compress.get(), out.data() + 1,
                                            out.size() - 1, plain.data(), plain.size());
    ENSURE(ZSTD_isError(size) == 0);
    ENSURE((out[1] & 0x3f) == single_segment);
    out.resize(1 + size);
    pad(out);
    return out;
}

Result<Bytes> Packing::unpack(ByteView packed) {
    TRY_ASSIGN(const ByteView content, without_padding(packed));
    const std::uint8_t dictionary = packed[0];
    if (dictionary == stored) {
        if (content.size() > change_plain_limit) {
            return Error{packing_too_large, "more than 1 MiB"};
        }
        return Bytes(content.begin(), content.end());
    }
    if (dictionary != no_dictionary && dictionary != first_dictionary) {
        return Error{packing_needs_newer, "dictionary " + std::to_string(dictionary)};
    }
    TRY_ASSIGN(const Frame frame, read_header(content));
    TRY(check_blocks(frame.blocks));
    Bytes out(frame.content_size);
    TRY(contexts_->decompress_into(out, content, dictionary));
    return out;
}

}  // namespace entrepot::replication
