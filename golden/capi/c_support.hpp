// What every function of the C interface does on its way in and out. Not installed.
#pragma once
#include <cstring>
#include <exception>
#include <initializer_list>
#include <new>
#include <string>

#include "fp4.h"
#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4::capi {

fp4_status status_of(ErrorCode code);

// Fills `error` where there is one; the message is cut to what fits.
fp4_status report(fp4_error* error, fp4_status status, const char* message);

// Runs a body that returns Status; nothing leaves as an exception.
template <class Body>
fp4_status guarded(fp4_error* error, Body&& body) noexcept {
    try {
        const Status status = body();
        return status
                   ? report(error, FP4_OK, "")
                   : report(error, status_of(status.error().code), status.error().message.c_str());
    } catch (const std::bad_alloc&) {
        return report(error, FP4_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception& e) {
        return report(error, FP4_INTERNAL, e.what());
    } catch (...) {
        return report(error, FP4_INTERNAL, "unknown exception");
    }
}

// A pointer argument by its name, for not_null.
struct Argument {
    const void* pointer;
    const char* name;
};
Status not_null(std::initializer_list<Argument> arguments);

// A number that should lie in an enumeration of `count` values.
Status in_list(int32_t value, size_t count, const char* name);

// A struct whose first member is its size, over the defaults: members that an older program does
// not know keep theirs.
template <class Struct>
Result<Struct> read_sized(const Struct* given, Struct defaults, size_t first_size,
                          const char* name) {
    if (!given) return defaults;
    uint32_t size;
    std::memcpy(&size, given, sizeof size);
    if (size < first_size || size > sizeof(Struct))
        return Error{ErrorCode::bad_argument,
                     std::string(name) + ".size: expected " + std::to_string(first_size) + " to " +
                         std::to_string(sizeof(Struct)) + ", found " + std::to_string(size)};
    std::memcpy(&defaults, given, size);
    return defaults;
}

// How one tensor's bytes are read, checked.
struct Operand {
    Format format;
    Specials specials;
};
Result<Operand> read_operand(const fp4_operand* operand, const char* name);

struct Config {
    Operand a, b;
    const Arithmetic* arithmetic;
};
Result<Config> read_config(const fp4_config* config);

// rows * columns * bytes, an error where it is zero or more than memory can hold.
Result<size_t> buffer_bytes(uint64_t rows, uint64_t columns, size_t bytes, const char* name);

// An error where a block of the format has more than one scale byte.
Status one_scale_byte(Format format);

// A caller's bytes as a tensor that owns them, its shape checked.
Result<PackedTensor> read_tensor(const Operand& operand, const uint8_t* codes,
                                 const uint8_t* scales, uint64_t rows, uint64_t k,
                                 const char* name);

} // namespace fp4::capi
