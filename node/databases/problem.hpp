// Problem: one thing wrong with a document, in plain words. A document is read to its end and all
// its problems are given together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.hpp"

namespace entrepot::node {

inline constexpr ErrorCode document_not_json{"document.not_json", ErrorKind::invalid_input};
inline constexpr ErrorCode document_not_utf8{"document.not_utf8", ErrorKind::invalid_input};
inline constexpr ErrorCode document_not_object{"document.not_object", ErrorKind::invalid_input};
inline constexpr ErrorCode document_too_large{"document.too_large", ErrorKind::invalid_input};
/// The context of this error lists the problems of a document, one per line.
inline constexpr ErrorCode document_problems{"document.problems", ErrorKind::invalid_input};
inline constexpr ErrorCode field_unknown{"field.unknown", ErrorKind::invalid_input};
inline constexpr ErrorCode field_wrong_type{"field.wrong_type", ErrorKind::invalid_input};
inline constexpr ErrorCode field_bad_date{"field.bad_date", ErrorKind::invalid_input};
inline constexpr ErrorCode field_bad_form{"field.bad_form", ErrorKind::invalid_input};
inline constexpr ErrorCode field_unknown_code{"field.unknown_code", ErrorKind::invalid_input};
inline constexpr ErrorCode field_missing{"field.missing", ErrorKind::invalid_input};
inline constexpr ErrorCode field_too_long{"field.too_long", ErrorKind::invalid_input};
inline constexpr ErrorCode field_transition{"field.transition", ErrorKind::invalid_input};
inline constexpr ErrorCode field_read_only{"field.read_only", ErrorKind::invalid_input};
inline constexpr ErrorCode item_bad_id{"item.bad_id", ErrorKind::invalid_input};
inline constexpr ErrorCode item_too_many{"item.too_many", ErrorKind::invalid_input};

struct Problem {
    std::string path;   ///< "goods/1/unit"; empty for the document as a whole
    std::string given;  ///< the value as given, cut at 80 bytes
    ErrorCode code;
    std::string message;     ///< "'kgs' is not in the list units"
    std::string suggestion;  ///< "kg", or empty
};

/// "goods/1/unit: 'kgs' is not in the list units; did you mean 'kg'?"
std::string in_words(const Problem& problem);
/// document.problems with every problem in words, one per line.
Error as_error(const std::vector<Problem>& problems);

}  // namespace entrepot::node
