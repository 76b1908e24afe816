// Early returns for functions that return a Result: what failed below is what failed here.
#pragma once
#include <utility>

#include "fp4/result.hpp"

#define FP4_TRY_JOIN_(a, b) a##b
#define FP4_TRY_JOIN(a, b) FP4_TRY_JOIN_(a, b)

// FP4_TRY(status): goes on where the Result holds a value, else returns its error.
#define FP4_TRY(...) FP4_TRY_NAMED(FP4_TRY_JOIN(fp4_status_, __LINE__), __VA_ARGS__)
#define FP4_TRY_NAMED(status, ...)                                                                 \
    do {                                                                                           \
        if (const auto status = (__VA_ARGS__); !status) return status.error();                     \
    } while (false)

// FP4_TRY_ASSIGN(const auto x, result): declares x with the Result's value, else returns its error.
#define FP4_TRY_ASSIGN(declaration, ...)                                                           \
    FP4_TRY_ASSIGN_NAMED(FP4_TRY_JOIN(fp4_result_, __LINE__), declaration, __VA_ARGS__)
#define FP4_TRY_ASSIGN_NAMED(result, declaration, ...)                                             \
    auto result = (__VA_ARGS__);                                                                   \
    if (!result) return result.error();                                                            \
    declaration = *std::move(result)
