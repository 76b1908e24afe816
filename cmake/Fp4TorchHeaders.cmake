# LibTorch's headers take ten seconds of every file that includes them: they are compiled once for libraries and once for
# programs, which differ in -fPIC and -fPIE.
foreach(kind library program)
  set(source ${PROJECT_BINARY_DIR}/torch-headers-${kind}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "int main() { return 0; }\n")
  if(kind STREQUAL library)
    add_library(fp4_torch_${kind} STATIC ${source})
  else()
    add_executable(fp4_torch_${kind} ${source})
  endif()
  target_link_libraries(fp4_torch_${kind} PRIVATE fp4_torch)
  target_precompile_headers(fp4_torch_${kind} PRIVATE <torch/types.h>)
  target_compile_options(fp4_torch_${kind} PRIVATE -fpch-preprocess) # for ccache
  fp4_warnings(fp4_torch_${kind})
endforeach()

# fp4_torch_headers(target): compiles the target with them.
function(fp4_torch_headers target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    target_precompile_headers(${target} REUSE_FROM fp4_torch_program)
  else()
    target_precompile_headers(${target} REUSE_FROM fp4_torch_library)
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)
endfunction()
