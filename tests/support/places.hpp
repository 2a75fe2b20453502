// Places: where the sources and the build of the program under test lie. One file is told at
// compile time, so that all the others compile to the same objects wherever the checkout is.
#pragma once

#include <string>

namespace entrepot {

/// The folder with the top CMakeLists.txt.
std::string source_folder();
/// The folder of this build.
std::string binary_folder();

}  // namespace entrepot
