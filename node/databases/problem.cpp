#include "node/databases/problem.hpp"

namespace entrepot::node {

std::string in_words(const Problem& problem) {
    std::string out = problem.path.empty() ? "" : problem.path + ": ";
    out += problem.message;
    if (!problem.suggestion.empty()) {
        out += "; did you mean '" + problem.suggestion + "'?";
    }
    return out;
}

Error as_error(const std::vector<Problem>& problems) {
    std::string words;
    for (const Problem& problem : problems) {
        words += (words.empty() ? "" : "\n") + in_words(problem);
    }
    return {document_problems, words};
}

}  // namespace entrepot::node
