#include "replication/log/fork.hpp"

#include "crypto/base/ensure.hpp"
#include "crypto/base/wire.hpp"

namespace entrepot::replication {

ForkProof ForkProof::of(const LogDescriptor& log, ByteView one, ByteView other) {
    ENSURE(one.size() >= commit_header_size && other.size() >= commit_header_size);
    const ByteView a = one.first(commit_header_size), b = other.first(commit_header_size);
    const bool in_order = commit_hash(a) <= commit_hash(b);
    const ByteView low = in_order ? a : b, high = in_order ? b : a;
    return {log, Bytes(low.begin(), low.end()), Bytes(high.begin(), high.end())};
}

Bytes ForkProof::encode() const {
    return WireWriter().raw(descriptor.encode()).raw(first).raw(second).take();
}

Result<ForkProof> ForkProof::decode(ByteView bytes) {
    if (bytes.size() != wire_size) {
        return Error{fork_unproven, "a proof of " + std::to_string(bytes.size()) + " bytes"};
    }
    TRY_ASSIGN(const LogDescriptor log,
               LogDescriptor::decode(bytes.first(LogDescriptor::wire_size)));
    const ByteView headers = bytes.subspan(LogDescriptor::wire_size);
    return of(log, headers.first(commit_header_size), headers.subspan(commit_header_size));
}

CommitNumber ForkProof::number() const {
    return read_header(first).number;
}

Status ForkProof::verify(const Roster& roster) const {
    const NodeCertificate* writer = roster.writer(descriptor.node);
    if (writer == nullptr) {
        return Error{fork_unproven, "the log's writer is not in the roster"};
    }
    const LogId log = descriptor.id();
    const CommitHeader one = read_header(first), other = read_header(second);
    if (one.log != log || other.log != log || one.number != other.number ||
        commit_hash(first) == commit_hash(second)) {
        return Error{fork_unproven, "these are not two commits with one number in one log"};
    }
    for (const Bytes* header : {&first, &second}) {
        const ParsedCommit commit{*header, read_header(*header), {}, {}, {}};
        if (!verify_signature(commit, writer->identity.sign)) {
            return Error{fork_unproven, "one of the commits is not signed by the log's writer"};
        }
    }
    return {};
}

}  // namespace entrepot::replication
