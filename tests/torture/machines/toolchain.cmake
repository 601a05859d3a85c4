# How to build for another machine, and to run there: by Debian's cross compilers, against what sysroot.sh unpacked (where this
# Debian has that architecture) or sources.sh built (where it has not), under qemu's emulation of the processor. For Windows by
# MinGW-w64, against what sources.sh built, under Wine.
#
# cmake --toolchain tests/torture/machines/toolchain.cmake -DDNN_MACHINE=s390x …      s390x, arm64, armhf, riscv64 or windows

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DNN_MACHINE)

set(CMAKE_SYSTEM_NAME Linux)
if(DNN_MACHINE STREQUAL "s390x") # the one that is big-endian
    set(CMAKE_SYSTEM_PROCESSOR s390x)
    set(triple s390x-linux-gnu)
elseif(DNN_MACHINE STREQUAL "arm64")
    set(CMAKE_SYSTEM_PROCESSOR aarch64)
    set(triple aarch64-linux-gnu)
elseif(DNN_MACHINE STREQUAL "armhf") # the one whose pointers have 32 bits
    set(CMAKE_SYSTEM_PROCESSOR arm)
    set(triple arm-linux-gnueabihf)
elseif(DNN_MACHINE STREQUAL "riscv64")
    set(CMAKE_SYSTEM_PROCESSOR riscv64)
    set(triple riscv64-linux-gnu)
elseif(DNN_MACHINE STREQUAL "windows")
    set(CMAKE_SYSTEM_NAME Windows)
    set(CMAKE_SYSTEM_PROCESSOR x86_64)
    set(triple x86_64-w64-mingw32)
else()
    message(FATAL_ERROR "DNN_MACHINE=${DNN_MACHINE}: it is s390x, arm64, armhf, riscv64 or windows")
endif()

get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../../../build/torture ABSOLUTE)
set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_CXX_COMPILER ${triple}-g++)
if(DNN_MACHINE STREQUAL "windows")
    set(CMAKE_C_COMPILER ${triple}-gcc-posix)
    set(CMAKE_RC_COMPILER ${triple}-windres)
    # So that a program or dnn.dll asks for no other library than the system's: those of the compiler lie in its own folders.
    set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
    set(CMAKE_SHARED_LINKER_FLAGS_INIT -static)
endif()
if(EXISTS ${root}/sysroot/${DNN_MACHINE})
    set(CMAKE_SYSROOT ${root}/sysroot/${DNN_MACHINE})
    set(libraries ${CMAKE_SYSROOT})
    set(library_path ${CMAKE_SYSROOT}/usr/lib/${triple}/openblas-pthread:${CMAKE_SYSROOT}/usr/lib/${triple})
    set(pkgconfig ${CMAKE_SYSROOT}/usr/lib/${triple}/pkgconfig ${CMAKE_SYSROOT}/usr/lib/${triple}/openblas-pthread/pkgconfig)
    set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
else()
    set(libraries /usr/${triple})
    set(library_path /usr/${triple}/lib)
    set(CMAKE_FIND_ROOT_PATH ${root}/sources/${DNN_MACHINE} ${libraries})
    set(pkgconfig ${root}/sources/${DNN_MACHINE}/lib/pkgconfig)
endif()
list(JOIN pkgconfig ":" pkgconfig)
set(ENV{PKG_CONFIG_LIBDIR} ${pkgconfig})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

if(DNN_MACHINE STREQUAL "windows")
    set(CMAKE_CROSSCOMPILING_EMULATOR sh;${CMAKE_CURRENT_LIST_DIR}/wine.sh)
    return()
endif()
# -L is not all: qemu 7.2 forgets it in the system call with which a loader of 32 bits asks whether a folder exists.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${CMAKE_SYSTEM_PROCESSOR};-L;${libraries};-E;LD_LIBRARY_PATH=${library_path})
