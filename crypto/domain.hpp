// Every hash, derivation and signature starts with one of these strings, so that bytes made for
// one purpose never pass for another. A test fails on duplicates and on one that is a prefix of
// another. This table is the only place where they are written.
#pragma once

#include <array>
#include <string_view>

namespace entrepot::crypto {

/// A purpose, written in full "entrepot/1/<purpose>/": the closing slash keeps the set prefix-free.
struct Domain {
    std::string_view text;
};

namespace domain {
inline constexpr Domain node{"entrepot/1/node/"};
inline constexpr Domain log{"entrepot/1/log/"};
inline constexpr Domain hash{"entrepot/1/hash/"};              // commit hash
inline constexpr Domain commit{"entrepot/1/commit/"};          // commit signature and K_commit
inline constexpr Domain commitment{"entrepot/1/commitment/"};  // key_commitment
inline constexpr Domain key{"entrepot/1/key/"};
inline constexpr Domain seal{"entrepot/1/seal/"};  // K_i
inline constexpr Domain leaf{"entrepot/1/leaf/"};
inline constexpr Domain root{"entrepot/1/root/"};
inline constexpr Domain blobs{"entrepot/1/blobs/"};
inline constexpr Domain changes{"entrepot/1/changes/"};
inline constexpr Domain attest{"entrepot/1/attest/"};
inline constexpr Domain purpose{"entrepot/1/purpose/"};
inline constexpr Domain manifest{"entrepot/1/manifest/"};
inline constexpr Domain erased{"entrepot/1/erased/"};
inline constexpr Domain roster_entry{"entrepot/1/roster entry/"};  // signature
inline constexpr Domain roster_hash{"entrepot/1/roster hash/"};    // entry hash
inline constexpr Domain roster_wrap{"entrepot/1/roster wrap/"};    // HPKE info of a key wrap
inline constexpr Domain roster_key{"entrepot/1/roster key/"};      // fingerprint of root keys
inline constexpr Domain compartment_name{"entrepot/1/compartment name/"};
inline constexpr Domain officer{"entrepot/1/officer/"};        // officer's certificate
inline constexpr Domain possession{"entrepot/1/possession/"};  // proof of possession
inline constexpr Domain request{"entrepot/1/request/"};        // enrolment request
inline constexpr Domain join{"entrepot/1/join/"};              // join file
inline constexpr Domain hello{"entrepot/1/hello/"};
inline constexpr Domain heads{"entrepot/1/heads/"};
inline constexpr Domain receipt{"entrepot/1/receipt/"};
inline constexpr Domain receipt_row{"entrepot/1/receipt row/"};  // key of a stored receipt
inline constexpr Domain keybag{"entrepot/1/keybag/"};
inline constexpr Domain keybag_checksum{"entrepot/1/keybag checksum/"};
inline constexpr Domain service_slot{"entrepot/1/service slot/"};
inline constexpr Domain root_file{"entrepot/1/root file/"};
inline constexpr Domain vault_row{"entrepot/1/vault row/"};      // sealed rows of views
inline constexpr Domain vault_index{"entrepot/1/vault index/"};  // keyed index of record ids
inline constexpr Domain link_row{"entrepot/1/link row/"};      // sealed rows of the log environment
inline constexpr Domain backup{"entrepot/1/backup/"};          // key of one frame of a backup
inline constexpr Domain realm{"entrepot/1/realm/"};            // keys of a partner's stores
inline constexpr Domain import_key{"entrepot/1/import key/"};  // record id of an imported row
inline constexpr Domain shown{"entrepot/1/shown/"};            // token of what was shown
inline constexpr Domain schema{"entrepot/1/schema/"};          // schema edition
inline constexpr Domain bundle{"entrepot/1/bundle/"};          // signature of a bundle's header
inline constexpr Domain bundle_envelope{"entrepot/1/bundle envelope/"};  // HPKE info of its key
inline constexpr Domain bundle_key{"entrepot/1/bundle key/"};            // commitment to it
inline constexpr Domain bundle_frame{"entrepot/1/bundle frame/"};        // key of one frame

inline constexpr std::array all{node,         log,         hash,       commit,
                                commitment,   key,         seal,       leaf,
                                root,         blobs,       changes,    attest,
                                purpose,      manifest,    erased,     roster_entry,
                                roster_hash,  roster_wrap, roster_key, compartment_name,
                                officer,      possession,  request,    join,
                                hello,        heads,       keybag,     keybag_checksum,
                                service_slot, root_file,   vault_row,  vault_index,
                                link_row,     import_key,  shown,      schema,
                                receipt,      receipt_row, bundle,     bundle_envelope,
                                bundle_key,   bundle_frame, realm,      backup};
}  // namespace domain

}  // namespace entrepot::crypto
