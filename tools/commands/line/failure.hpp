// Failure: an error as a command reports it: of this program or of the node that answered, whose
// code is text. Outcome is Result with such an error; both mix in one function with TRY.
#pragma once

#include <optional>
#include <string>

#include "crypto/base/result.hpp"
#include "node/api/http_client.hpp"

namespace entrepot::tools {

inline constexpr ErrorCode usage_wrong{"usage.wrong", ErrorKind::invalid_input};
inline constexpr ErrorCode usage_no_node{"usage.no_node", ErrorKind::invalid_input};
inline constexpr ErrorCode usage_token{"usage.token", ErrorKind::invalid_input};

struct Failure {
    std::string code;
    std::string message;
    ErrorKind kind = ErrorKind::invalid_input;

    Failure(const Error& error)
        : code(error.code.name()), message(error.context), kind(error.code.kind()) {}
    Failure(const node::RemoteError& error)
        : code(error.code), message(error.detail), kind(error.kind()) {}
};

/// What a command ends with: 0 done, 2 wrong input, 3 refused by a check, 4 denied or locked,
/// 5 not found, 6 conflict, 7 not available, 8 storage.
constexpr int exit_code(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input:
            return 2;
        case ErrorKind::refused:
            return 3;
        case ErrorKind::denied:
        case ErrorKind::locked:
            return 4;
        case ErrorKind::not_found:
            return 5;
        case ErrorKind::conflict:
            return 6;
        case ErrorKind::unavailable:
            return 7;
        case ErrorKind::storage:
            return 8;
    }
    return 1;
}

/// A value or a Failure.
template <class T>
class [[nodiscard]] Outcome {
public:
    Outcome(T value) : value_(std::move(value)) {}
    Outcome(Failure failure) : failure_(std::move(failure)) {}
    Outcome(const Error& error) : failure_(Failure(error)) {}

    bool has_value() const { return value_.has_value(); }
    explicit operator bool() const { return has_value(); }
    T& value() & { return *value_; }
    const T& value() const& { return *value_; }
    T&& value() && { return *std::move(value_); }
    T& operator*() & { return *value_; }
    T* operator->() { return &*value_; }
    const Failure& error() const& { return *failure_; }
    Failure&& error() && { return *std::move(failure_); }

private:
    std::optional<T> value_;
    std::optional<Failure> failure_;
};

template <>
class [[nodiscard]] Outcome<void> {
public:
    Outcome() = default;
    Outcome(Failure failure) : failure_(std::move(failure)) {}
    Outcome(const Error& error) : failure_(Failure(error)) {}

    bool has_value() const { return !failure_.has_value(); }
    explicit operator bool() const { return has_value(); }
    const Failure& error() const& { return *failure_; }
    Failure&& error() && { return *std::move(failure_); }

private:
    std::optional<Failure> failure_;
};

}  // namespace entrepot::tools
