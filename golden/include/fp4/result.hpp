// Errors are values: a library call returns its value or an Error whose message names the field,
// the index and what was expected.
#pragma once
#include <string>
#include <utility>
#include <variant>

namespace fp4 {

enum class ErrorCode {
    bad_argument,   // a parameter outside its documented range
    bad_shape,      // dimensions that do not fit each other or the block size
    not_finite,     // NaN or infinity where a number is needed
    bound_exceeded, // K too long for the exact accumulator
    bad_file,       // a file that is missing, malformed or not what its name promises
    unknown_name,   // a format, profile, trace or tensor nobody knows
    write_failed,   // an output that could not be written whole
    device_failed,  // a GPU, or what stands for one, did not do what it was told
};

struct Error {
    ErrorCode code;
    std::string message;
};

template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    explicit operator bool() const { return std::holds_alternative<T>(state_); }
    T& operator*() & { return std::get<T>(state_); }
    const T& operator*() const& { return std::get<T>(state_); }
    T&& operator*() && { return std::get<T>(std::move(state_)); }
    T* operator->() { return &std::get<T>(state_); }
    const T* operator->() const { return &std::get<T>(state_); }
    const Error& error() const { return std::get<Error>(state_); }

  private:
    std::variant<T, Error> state_;
};

struct Done {}; // the value of a call that only succeeds or fails
using Status = Result<Done>;

} // namespace fp4
