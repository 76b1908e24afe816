# fp4_add_rtl_core(ROWS r COLS c PROFILE name [FORMATS set] [FRACTION_BITS f ROUNDING rz|rne] [MAX_K k] [BLOCKS_PER_CYCLE n] [FST] [RANDOM_START] [COVERAGE]
#     [RTL_DIR dir] [TARGET variable])
#   One Verilated fp4_tensor_core as a loadable library lib/fp4sim/core-<r>x<c>-<profile>[-<set>][-fst].so: cores never see each other's
#   symbols, and another build of the RTL can take a core's place without relinking anything. It decodes what its profile takes of a named
#   set of formats, by default the first. FRACTION_BITS and ROUNDING: fused steps that keep so many bits and round so, under the name
#   <profile>-f<f>-<rounding>. MAX_K: exact sums of so many elements and no wider, under the name <profile>-k<k>. BLOCKS_PER_CYCLE: of a
#   processing element, under the name <profile>-b<n>. With RANDOM_START registers
#   without a reset begin with random bits, as in silicon, and the core has the assertions of rtl/checkers, which abort; otherwise they begin
#   with zeros, which simulates faster. With COVERAGE lines, toggles and the cover points of rtl/coverage are counted. TARGET: the variable
#   that is set to the target's name.
set(FP4_ROOT ${CMAKE_CURRENT_LIST_DIR}/..)
find_package(verilator 5 QUIET HINTS /usr/share/verilator)
find_package(Threads REQUIRED)
find_package(ZLIB QUIET)

# Out of the generated package: FP4_RTL_PROFILES, the profiles that the RTL has, FP4_PROFILE_<name>, their codes, and FP4_FORMATS_OF_<name>,
# the formats they take; FP4_FORMAT_SETS, the named sets of formats, and FP4_FORMATS_<name>, what is in them.
set(FP4_RTL_PROFILES "")
set(FP4_FORMAT_SETS "")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FP4_ROOT}/rtl/fp4_pkg.sv)
file(STRINGS ${FP4_ROOT}/rtl/fp4_pkg.sv lines REGEX "int (PROFILE|FORMATS)_[A-Z0-9_]+ = ")
foreach(line ${lines})
  string(REGEX MATCH "(PROFILE|FORMATS_OF|FORMATS)_([A-Z0-9_]+) = ([0-9]+)" _ "${line}")
  string(TOLOWER "${CMAKE_MATCH_2}" name)
  string(REPLACE _ - name ${name})
  set(FP4_${CMAKE_MATCH_1}_${name} ${CMAKE_MATCH_3})
  if(CMAKE_MATCH_1 STREQUAL PROFILE)
    list(APPEND FP4_RTL_PROFILES ${name})
  elseif(CMAKE_MATCH_1 STREQUAL FORMATS)
    list(APPEND FP4_FORMAT_SETS ${name})
  endif()
endforeach()
list(GET FP4_FORMAT_SETS 0 FP4_DEFAULT_FORMATS)

# Counting makes much code. Modules that are not inlined are written, and counted, once for all their instances, few large files compile
# several times faster than many small ones, and optimizing takes longer than it saves. Where always blocks are split, a branch that changes its
# own condition is counted as not taken.
set(FP4_COVERAGE_ARGS --coverage-line --coverage-toggle --coverage-user -fno-inline -fno-split)
function(fp4_compile_counting target source)
  set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 1000)
  target_compile_options(${target} PRIVATE -O1)
endfunction()

# The files that lists in the folder rtl_dir name, rtl/files.f and others, with their paths.
function(fp4_rtl_files rtl_dir variable)
  set(files "")
  foreach(list IN LISTS ARGN)
    string(REGEX REPLACE "^rtl/" "${rtl_dir}/" list ${list})
    file(STRINGS ${list} listed)
    list(APPEND files ${listed})
  endforeach()
  list(TRANSFORM files REPLACE "^rtl/" "${rtl_dir}/")
  set(${variable} ${files} PARENT_SCOPE)
endfunction()

function(fp4_add_rtl_core)
  cmake_parse_arguments(PARSE_ARGV 0 arg "FST;RANDOM_START;COVERAGE" "ROWS;COLS;PROFILE;FORMATS;FRACTION_BITS;ROUNDING;MAX_K;BLOCKS_PER_CYCLE;RTL_DIR;TARGET" "")
  if(NOT arg_RTL_DIR)
    set(arg_RTL_DIR ${FP4_ROOT}/rtl)
  endif()
  if(NOT arg_PROFILE IN_LIST FP4_RTL_PROFILES)
    message(FATAL_ERROR "fp4_add_rtl_core: PROFILE: expected one of ${FP4_RTL_PROFILES}, found ${arg_PROFILE}")
  endif()
  if(NOT arg_FORMATS)
    set(arg_FORMATS ${FP4_DEFAULT_FORMATS})
  elseif(NOT arg_FORMATS IN_LIST FP4_FORMAT_SETS)
    message(FATAL_ERROR "fp4_add_rtl_core: FORMATS: expected one of ${FP4_FORMAT_SETS}, found ${arg_FORMATS}")
  endif()
  math(EXPR formats "${FP4_FORMATS_${arg_FORMATS}} & ${FP4_FORMATS_OF_${arg_PROFILE}}")
  set(profile ${FP4_PROFILE_${arg_PROFILE}})
  set(arithmetic ${arg_PROFILE})
  set(arithmetic_args "")
  set(arithmetic_definitions "")
  if(arg_FRACTION_BITS)
    if(NOT arg_ROUNDING MATCHES "^(rz|rne)$")
      message(FATAL_ERROR "fp4_add_rtl_core: ROUNDING: expected rz or rne, found ${arg_ROUNDING}")
    endif()
    string(APPEND arithmetic -f${arg_FRACTION_BITS}-${arg_ROUNDING})
    string(COMPARE EQUAL ${arg_ROUNDING} rne nearest_even)
    set(arithmetic_args -GFractionBits=${arg_FRACTION_BITS} -GNearestEven=1'b${nearest_even})
    set(arithmetic_definitions FP4_CORE_FRACTION_BITS=${arg_FRACTION_BITS} FP4_CORE_NEAREST_EVEN=${nearest_even})
  endif()
  if(arg_MAX_K)
    string(APPEND arithmetic -k${arg_MAX_K})
    list(APPEND arithmetic_args -GMaxK=${arg_MAX_K})
  endif()
  if(arg_BLOCKS_PER_CYCLE)
    string(APPEND arithmetic -b${arg_BLOCKS_PER_CYCLE})
    list(APPEND arithmetic_args -GBlocksPerCycle=${arg_BLOCKS_PER_CYCLE})
  else()
    set(arg_BLOCKS_PER_CYCLE 1)
  endif()
  set(name core-${arg_ROWS}x${arg_COLS}-${arithmetic})
  if(NOT arg_FORMATS STREQUAL FP4_DEFAULT_FORMATS)
    string(APPEND name -${arg_FORMATS})
  endif()
  set(trace_args "")
  if(arg_FST)
    string(APPEND name -fst)
    set(trace_args TRACE_FST)
  endif()

  fp4_rtl_files(${arg_RTL_DIR} files rtl/files.f)
  set(start fast)
  set(check_args "")
  if(arg_RANDOM_START)
    set(start unique)
    set(check_args --assert)
    fp4_rtl_files(${arg_RTL_DIR} checkers rtl/checkers/files.f)
    list(APPEND files ${arg_RTL_DIR}/checkers/lint.vlt ${checkers} ${arg_RTL_DIR}/checkers/bind.sv)
  endif()

  set(coverage_args "")
  set(optimization OPT_FAST -O2 OPT_SLOW -O1 OPT_GLOBAL -O2)
  if(arg_COVERAGE)
    fp4_rtl_files(${arg_RTL_DIR} cover_files rtl/coverage/files.f)
    list(APPEND files ${cover_files})
    set(coverage_args ${FP4_COVERAGE_ARGS})
    set(optimization OPT_GLOBAL -O1)
  endif()

  string(REPLACE - _ target ${name})
  if(arg_TARGET)
    set(${arg_TARGET} ${target} PARENT_SCOPE)
  endif()
  add_library(${target} MODULE ${FP4_ROOT}/sim/hardware/rtl_core_verilated.cpp)
  verilate(${target} ${trace_args} PREFIX Vfp4_tensor_core TOP_MODULE fp4_tensor_core
    SOURCES ${arg_RTL_DIR}/lint.vlt ${files}
    VERILATOR_ARGS -O3 ${check_args} --x-assign ${start} --x-initial ${start} -GRows=${arg_ROWS} -GCols=${arg_COLS} -GProfile=${profile}
      -GFormatsA=${formats} -GFormatsB=${formats} ${arithmetic_args} ${coverage_args}
    ${optimization})
  if(arg_COVERAGE)
    fp4_compile_counting(${target} ${FP4_ROOT}/sim/hardware/rtl_core_verilated.cpp)
  endif()
  target_include_directories(${target} PRIVATE ${FP4_ROOT}/golden/include) # OperandFormat
  target_compile_definitions(${target} PRIVATE FP4_CORE_ROWS=${arg_ROWS} FP4_CORE_COLS=${arg_COLS} FP4_CORE_PROFILE=${profile}
    FP4_CORE_ARITHMETIC="${arithmetic}" ${arithmetic_definitions} FP4_CORE_FORMATS=${formats} FP4_CORE_BLOCKS_PER_CYCLE=${arg_BLOCKS_PER_CYCLE}
    FP4_CORE_RANDOM_START=$<BOOL:${arg_RANDOM_START}>)
  # Generated code is not what the sanitizers are for, and they make it compile for many minutes.
  target_compile_options(${target} PRIVATE -fno-gnu-unique $<$<BOOL:${FP4_SANITIZE}>:-fno-sanitize=all>)
  if(arg_FST)
    target_link_libraries(${target} PRIVATE ZLIB::ZLIB)
  endif()
  target_link_libraries(${target} PRIVATE Threads::Threads)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${name} CXX_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/fp4sim)
  # Slow to compile, seldom needed: built on demand by the targets fst_cores and other_cores.
  if(arg_FST)
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    set_property(GLOBAL APPEND PROPERTY FP4_FST_CORES ${target})
  elseif(NOT arg_FORMATS STREQUAL FP4_DEFAULT_FORMATS)
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    set_property(GLOBAL APPEND PROPERTY FP4_OTHER_CORES ${target})
  else()
    set_property(GLOBAL APPEND PROPERTY FP4_RTL_CORES ${target})
  endif()
endfunction()
