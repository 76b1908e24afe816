// FP4_TARGET_REGION_BEGIN("avx2,...") ... FP4_TARGET_REGION_END: functions in between may use these
// instructions, whatever the flags of the build. Inline functions of headers that were included
// before stay as they are, so that no other file can end up with a copy it cannot run.
#pragma once

#define FP4_PRAGMA(text) _Pragma(#text)
#ifdef __clang__
#define FP4_TARGET_REGION_BEGIN(isa)                                                               \
    FP4_PRAGMA(clang attribute push(__attribute__((target(isa))), apply_to = function))
#define FP4_TARGET_REGION_END FP4_PRAGMA(clang attribute pop)
#else
#define FP4_TARGET_REGION_BEGIN(isa) FP4_PRAGMA(GCC push_options) FP4_PRAGMA(GCC target(isa))
#define FP4_TARGET_REGION_END FP4_PRAGMA(GCC pop_options)
#endif
