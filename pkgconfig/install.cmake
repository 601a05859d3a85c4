# What `cmake --install` puts where: the header, both libraries, what pkg-config and find_package need to find them, and the
# interface as data.
# An installed tree may be moved: no file in it holds its own prefix (unless CMAKE_INSTALL_LIBDIR or _INCLUDEDIR is absolute).

include(CMakePackageConfigHelpers)

set(dnn_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dnn)

install(TARGETS dnn dnn_static EXPORT dnn-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
install(FILES include/dnn.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(NOT DNN_PACKAGE STREQUAL "deb") # whose packages have these two under other names
    install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()

# The interface as data, and what is made from it, for those who write a binding.
install(FILES tests/abi/dnn-api.json tests/abi/README.md examples/ffi/javascript/api.d.ts examples/ffi/javascript/api.js
    examples/ffi/fortran/dnn.f90 DESTINATION ${CMAKE_INSTALL_DATADIR}/dnn)

# ----------------------------------------------- find_package ----------------------------------------------

install(EXPORT dnn-targets NAMESPACE dnn:: DESTINATION ${dnn_cmake_dir})
configure_package_config_file(pkgconfig/dnn-config.cmake.in ${PROJECT_BINARY_DIR}/dnn-config.cmake
    INSTALL_DESTINATION ${dnn_cmake_dir})
# While the major version is 0, a new minor version may break the ABI.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/dnn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dnn-config.cmake ${PROJECT_BINARY_DIR}/dnn-config-version.cmake
    DESTINATION ${dnn_cmake_dir})

# ------------------------------------------------ pkg-config -----------------------------------------------

if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(dnn_pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(dnn_pc_libdir "${CMAKE_INSTALL_LIBDIR}")
else()
    # lib/x86_64-linux-gnu/pkgconfig lies three levels below the prefix, lib/pkgconfig two.
    file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" /prefix)
    string(REGEX REPLACE "/$" "" up "${up}")
    set(dnn_pc_prefix "\${pcfiledir}/${up}")
    set(dnn_pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(dnn_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
else()
    set(dnn_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()

# What a static link needs besides. The BLAS's own module is the right thing to name, if `pkg-config --static` of it links. Debian's
# openblas asks for -lgfortran then, which is not there without a Fortran compiler: in that case, and for a BLAS
# that has no module, the library is named, in the directory where it was found.
set(dnn_pc_requires_private "zlib libmd ${dnn_onnx_module}")
set(dnn_pc_libs_private "-lm -lpthread")
set(dnn_pc_blas_links FALSE)
if(DNN_BLAS_MODULE)
    set(dnn_blas_shared_libraries ${DNN_BLAS_LIBRARIES})
    set(DNN_BLAS_LIBRARIES ${DNN_BLAS_PC_STATIC_LDFLAGS})
    dnn_blas_check(dnn_pc_blas_links "double x[1] = {1}; return (int)cblas_ddot(1, x, 1, x, 1);")
    set(DNN_BLAS_LIBRARIES ${dnn_blas_shared_libraries})
endif()
if(dnn_pc_blas_links)
    string(PREPEND dnn_pc_requires_private "${DNN_BLAS_MODULE} ")
else()
    list(JOIN dnn_blas_extra " " extra)
    string(PREPEND dnn_pc_libs_private "-L${DNN_BLAS_LINK_DIR} -l${DNN_BLAS_LINK_NAME} ${extra} ")
endif()

configure_file(pkgconfig/dnn.pc.in ${PROJECT_BINARY_DIR}/dnn.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/dnn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
