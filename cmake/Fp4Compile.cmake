# Flags every target of the project is compiled with.

# Bits depend on this one: a contracted a*b+c rounds once where the formats' rules round twice.
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-ffp-contract=off>" "$<$<COMPILE_LANGUAGE:CUDA>:-fmad=false;-Xcompiler=-ffp-contract=off>")

# Verilated arrays take minutes to compile; ccache, where it is installed, remembers them across build folders and clones.
find_program(FP4_CCACHE ccache)
mark_as_advanced(FP4_CCACHE)
if(FP4_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # Names of folders do not count, and precompiled headers are compared by their content.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${FP4_CCACHE})
endif()

# fp4_warnings(target): the project's own sources compile without warnings.
function(fp4_warnings target)
  # Designated initializers name what differs from the default, hence no missing-field-initializers.
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-missing-field-initializers>"
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>) # g++ 12 warns of std::string's operator+ (GCC bug 105651)
endfunction()

option(FP4_SANITIZE "Build with address and undefined-behavior sanitizers" OFF)
if(FP4_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

option(FP4_FUZZ "Instrument everything for libFuzzer and build tests/fuzz (clang only)" OFF)
if(FP4_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "fp4sim: FP4_FUZZ needs clang++ as the compiler")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
