# Installation of golden/: libraries, headers, a CMake package, a pkg-config file, the Python module. All of it may be moved as a whole.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fp4sim)
install(TARGETS fp4_golden fp4_golden_shared EXPORT fp4sim ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT fp4sim FILE fp4simTargets.cmake NAMESPACE fp4sim:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/golden/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/golden/capi/fp4.h ${PROJECT_SOURCE_DIR}/golden/capi/fp4_names.h ${PROJECT_SOURCE_DIR}/golden/capi/fp4_dpi.svh DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/golden/python/fp4sim.py DESTINATION ${CMAKE_INSTALL_DATADIR}/fp4sim/python)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/fp4simConfig.cmake.in ${PROJECT_BINARY_DIR}/package/fp4simConfig.cmake INSTALL_DESTINATION ${package_dir})
set(compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
endif()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/fp4simConfigVersion.cmake COMPATIBILITY ${compatibility})
install(FILES ${PROJECT_BINARY_DIR}/package/fp4simConfig.cmake ${PROJECT_BINARY_DIR}/package/fp4simConfigVersion.cmake DESTINATION ${package_dir})

# From the folder of fp4sim.pc back to the prefix, so that the file holds no absolute path.
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/fp4sim.pc.in ${PROJECT_BINARY_DIR}/package/fp4sim.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/fp4sim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
