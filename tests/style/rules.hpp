// The house rules, each a function from the tree to what breaks it. They find what a search can
// find; whether code is clear and in the right room is for people to judge.
#pragma once

#include "tests/style/source_tree.hpp"

namespace entrepot::style {

/// Project includes are relative to the root and follow crypto -> replication -> node -> tools;
/// tests see all, nothing sees tests.
Findings broken_include_directions(const SourceTree& tree);
/// A library outside its home, or one that the table of homes does not know.
Findings libraries_away_from_home(const SourceTree& tree);
/// Threads, files, clocks and sockets in the parts that must be given them.
Findings broken_sans_io(const SourceTree& tree);

/// Files past 400 lines (tests 600), functions past 60, folders past 25 files.
Findings oversized(const SourceTree& tree);

/// Words that say nothing, or that mean something else here, in names of types, functions,
/// namespaces and files.
Findings banned_names(const SourceTree& tree);

/// Lines past 100 columns, tabs, notes to oneself, headers without #pragma once.
Findings untidy_text(const SourceTree& tree);
/// Entries of the root outside the agreed layout.
Findings strangers_at_top_level(const SourceTree& tree);

/// Relative links of documents that lead nowhere, to a file or to a heading.
Findings dead_links(const SourceTree& tree);
/// Rows of numbered cases (`| 1 | … | `code` | `Suite.Test` |` of crypto/SECURITY.md) whose number
/// does not follow, whose code is in no source, or whose test is not there.
Findings unproven_cases(const SourceTree& tree);

/// Two error constants with one name, wherever they are.
Findings repeated_error_codes(const SourceTree& tree);
/// Error constants that no test mentions by constant or by name.
Findings untested_error_codes(const SourceTree& tree);
/// Strings that separate uses of a hash or key, written outside their table.
Findings stray_domains(const SourceTree& tree);

}  // namespace entrepot::style
