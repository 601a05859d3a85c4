# Packages, by CPack. scripts/package.sh configures, builds and runs it, once for each kind of package, because each kind of
# system has directories of its own: lib/x86_64-linux-gnu, lib64, lib.
#
#   DNN_PACKAGE=deb    libdnn0 and libdnn-dev, for Debian and Ubuntu
#   DNN_PACKAGE=rpm    libdnn and libdnn-devel, for Fedora and its like
#   DNN_PACKAGE=tgz    one archive, to be unpacked anywhere
#
# Two components make the two packages: `runtime`, what a program that is linked with libdnn needs, and `development`, the rest.

set(DNN_PACKAGE "" CACHE STRING "What is installed is to be packed as: deb, rpm or tgz")
set(DNN_PACKAGE_CONTACT "libdnn contributors <contributors@libdnn.invalid>" CACHE STRING "Who answers for the packages")
if(NOT PROJECT_IS_TOP_LEVEL OR NOT DNN_PACKAGE)
    return()
endif()

set(dnn_package_release 1)
set(CPACK_PACKAGE_NAME libdnn)
set(CPACK_PACKAGE_VENDOR "libdnn contributors")
set(CPACK_PACKAGE_CONTACT "${DNN_PACKAGE_CONTACT}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS runtime)
set(dnn_description "libdnn trains and runs fully connected neural networks, in double or\nfloat, one sample at a time or in batches, for programs in any language.\n")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "${dnn_description}\nThis package has the shared library.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "${dnn_description}\nThis package has the header, the static library, the manual pages, and
what pkg-config and CMake need.")

# -------------------------------------------------- .deb ---------------------------------------------------

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${dnn_package_release})
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
get_target_property(dnn_soversion dnn SOVERSION)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libdnn${dnn_soversion})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libdnn-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# What a static link needs; pkg-config asks for their modules in any case.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libopenblas-dev, zlib1g-dev, libmd-dev, libprotobuf-c-dev")
# CPack has a variable for Multi-Arch since 3.31 only; one line more in the field before it is the same.
set(CPACK_DEBIAN_PACKAGE_PRIORITY "optional\nMulti-Arch: same")

# CPack itself calls ldconfig in scripts, which was the way before triggers.
file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/debian/triggers)

if(DNN_PACKAGE STREQUAL "deb")
    # What Debian's policy wants in each package's own folder: the licence, and both changelogs, compressed.
    string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
    set(changes ${PROJECT_BINARY_DIR}/debian)
    file(WRITE ${changes}/changelog.Debian "libdnn (${PROJECT_VERSION}-${dnn_package_release}) unstable; urgency=medium

  * What changed is told in changelog.gz.

 -- ${DNN_PACKAGE_CONTACT}  ${date}
")
    file(COPY_FILE ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${changes}/changelog)
    execute_process(COMMAND gzip -9nf changelog changelog.Debian WORKING_DIRECTORY ${changes} COMMAND_ERROR_IS_FATAL ANY)
    foreach(component IN ITEMS RUNTIME DEVELOPMENT)
        string(TOLOWER ${component} name)
        set(folder ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${component}_PACKAGE_NAME})
        install(FILES ${changes}/changelog.gz ${changes}/changelog.Debian.gz DESTINATION ${folder} COMPONENT ${name})
        install(FILES LICENSE DESTINATION ${folder} RENAME copyright COMPONENT ${name})
    endforeach()
endif()
if(NOT DNN_PACKAGE STREQUAL "tgz")
    install(CODE "file(GLOB pages \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man3/*.3\")
        execute_process(COMMAND gzip -9n \${pages} COMMAND_ERROR_IS_FATAL ANY)" COMPONENT development)
endif()

# -------------------------------------------------- .rpm ---------------------------------------------------

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE ${dnn_package_release})
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_RUNTIME_PACKAGE_NAME libdnn)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME libdnn-devel)
# Whose modules dnn.pc names, rpm finds by itself.
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "libdnn = ${PROJECT_VERSION}-${dnn_package_release}")
# Folders that are not the package's own.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/${CMAKE_INSTALL_LIBDIR} /usr/${CMAKE_INSTALL_LIBDIR}/cmake
    /usr/${CMAKE_INSTALL_LIBDIR}/pkgconfig /usr/share/licenses /usr/share/man /usr/share/man/man3)
if(DNN_PACKAGE STREQUAL "rpm")
    install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/libdnn COMPONENT runtime)
endif()

# ------------------------------------------------- .tar.gz -------------------------------------------------

string(TOLOWER "libdnn-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" CPACK_PACKAGE_FILE_NAME)

include(CPack)
