// Result: a value or the Error that took its place. Bad bytes, full disks and absent peers are
// normal paths here, so signatures show them. Not for our own bugs: see ensure.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace entrepot {

/// What a caller can do about an error; decides exit codes and HTTP status, nothing else.
enum class ErrorKind : unsigned char {
    invalid_input,  ///< what was given is wrong: mend it and try again
    refused,        ///< a check on bytes from elsewhere failed
    denied,         ///< no right, no certificate, wrong passphrase
    not_found,      ///< nothing by that name or id here
    conflict,       ///< what was shown is not what is there now
    unavailable,    ///< a peer, a port or a process is not there now
    locked,         ///< the node wants an unlock first
    storage,        ///< disk, directory or database
};

/// A stable name such as "commit.signature", declared once, in the folder that reports it.
class ErrorCode {
public:
    consteval ErrorCode(std::string_view name, ErrorKind kind) : name_(name), kind_(kind) {}
    constexpr std::string_view name() const { return name_; }
    constexpr ErrorKind kind() const { return kind_; }
    friend constexpr bool operator==(const ErrorCode& a, const ErrorCode& b) {
        return a.name_ == b.name_;
    }

private:
    std::string_view name_;
    ErrorKind kind_;
};

/// Which check failed, and in words: what, where and what to do. Never holds a secret.
struct Error {
    ErrorCode code;
    std::string context;
};

/// A value or an Error, spelled like std::expected.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool has_value() const { return !error_.has_value(); }
    explicit operator bool() const { return has_value(); }
    const Error& error() const& { return *error_; }
    Error&& error() && { return std::move(*error_); }

private:
    std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace entrepot

#define ENTREPOT_CONCAT_INNER(a, b) a##b
#define ENTREPOT_CONCAT(a, b) ENTREPOT_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the calling function, if it has one.
#define TRY(expression)                                      \
    do {                                                     \
        if (auto try_result_ = (expression); !try_result_) { \
            return std::move(try_result_).error();           \
        }                                                    \
    } while (false)

/// Declares `declaration` from the value of `expression`, or returns its error.
#define TRY_ASSIGN(declaration, expression) \
    TRY_ASSIGN_INNER(ENTREPOT_CONCAT(try_value_, __LINE__), declaration, expression)
#define TRY_ASSIGN_INNER(name, declaration, expression) \
    auto name = (expression);                           \
    if (!name) {                                        \
        return std::move(name).error();                 \
    }                                                   \
    declaration = std::move(name).value()
