# Finds the CBLAS that DNN_BLAS names, and proves at configure time that it is the one that is used.
#
# DNN_BLAS is tried as a pkg-config module first, then as the name or path of a library. Either way a cblas.h that belongs to
# it has to be found, cblas_dgemv has to link, and its integers have to be 32 bits wide.
#
# Result: DNN_BLAS_LIBRARIES, DNN_BLAS_INCLUDE_DIRS for the build; DNN_BLAS_NAME for dnn_build_info();
# DNN_BLAS_MODULE (may be empty), DNN_BLAS_LINK_DIR and DNN_BLAS_LINK_NAME for what is installed.
#
# Debian lets several BLAS live on one machine, each in a directory of its own (blis-openmp, openblas-pthread, blas), and points
# /usr/lib/libblas.so and <cblas.h> at the one of highest priority. A module's "-lblas" may so turn into another library than the
# one asked for. Hence the search in those directories first.

include(CheckCSourceCompiles)

set(dnn_blas_tried "")

# The last part of a path, without "lib" and extension: /opt/lib/libblis.so.4 is blis.
get_filename_component(dnn_blas_stem ${DNN_BLAS} NAME)
string(REGEX REPLACE "^lib|\\.(so|a|dylib)([.0-9]*)$" "" dnn_blas_stem ${dnn_blas_stem})

set(dnn_blas_ilp64_text
    "libdnn counts with 32-bit BLAS integers (LP64), and DNN_BLAS=${DNN_BLAS} is an ILP64 build, whose integers "
    "have 64 bits. Every call would read the wrong arguments. Choose the LP64 build of the same library: "
    "on Debian openblas64 is ILP64 and openblas is LP64.")
string(CONCAT dnn_blas_ilp64_text ${dnn_blas_ilp64_text})

if(dnn_blas_stem MATCHES "(64|64_|ilp64.*)$")
    message(FATAL_ERROR "${dnn_blas_ilp64_text}")
endif()

# ----------------------------------------------- the library -----------------------------------------------

# Searched again at each configure: a cached answer would belong to the DNN_BLAS of last time.
unset(DNN_BLAS_LIBRARY CACHE)
set(DNN_BLAS_MODULE "")
set(dnn_blas_hint_dirs "")
set(dnn_blas_header_dirs "")

if(NOT IS_ABSOLUTE "${DNN_BLAS}")
    pkg_check_modules(DNN_BLAS_PC QUIET NO_CMAKE_PATH ${DNN_BLAS})
    list(APPEND dnn_blas_tried "pkg-config module ${DNN_BLAS}")
endif()

if(DNN_BLAS_PC_FOUND)
    set(DNN_BLAS_MODULE ${DNN_BLAS})
    list(GET DNN_BLAS_PC_LIBRARIES 0 dnn_blas_link_name)
    pkg_get_variable(dnn_blas_libdir ${DNN_BLAS} libdir)
    set(dnn_blas_hint_dirs ${DNN_BLAS_PC_LIBRARY_DIRS} ${dnn_blas_libdir})
    set(dnn_blas_header_dirs ${DNN_BLAS_PC_INCLUDE_DIRS})
    if(DNN_BLAS STREQUAL "blas-netlib" OR DNN_BLAS STREQUAL "cblas-netlib")
        # Debian's module says -L<libdir> -lblas, which is whatever BLAS has the highest priority; netlib's is in <libdir>/blas.
        list(TRANSFORM dnn_blas_hint_dirs APPEND /blas OUTPUT_VARIABLE dnn_blas_own_dirs)
        list(PREPEND dnn_blas_hint_dirs ${dnn_blas_own_dirs})
    endif()
    find_library(DNN_BLAS_LIBRARY NAMES ${dnn_blas_link_name} PATHS ${dnn_blas_hint_dirs} NO_DEFAULT_PATH)
    find_library(DNN_BLAS_LIBRARY NAMES ${dnn_blas_link_name})
    # What else the module wants linked (-lm, -fopenmp …), apart from the library just resolved.
    set(dnn_blas_extra ${DNN_BLAS_PC_LDFLAGS_OTHER} ${DNN_BLAS_PC_LIBRARIES})
    list(REMOVE_ITEM dnn_blas_extra ${dnn_blas_link_name})
    set(dnn_blas_label "${DNN_BLAS} ${DNN_BLAS_PC_VERSION}")
else()
    set(dnn_blas_link_name ${dnn_blas_stem})
    if(IS_ABSOLUTE "${DNN_BLAS}")
        if(EXISTS "${DNN_BLAS}")
            set(DNN_BLAS_LIBRARY "${DNN_BLAS}" CACHE FILEPATH "")
        endif()
        list(APPEND dnn_blas_tried "file ${DNN_BLAS}")
    else()
        find_library(DNN_BLAS_LIBRARY NAMES ${DNN_BLAS} ${dnn_blas_stem})
        list(APPEND dnn_blas_tried "library ${DNN_BLAS}")
    endif()
    set(dnn_blas_extra "")
    set(dnn_blas_label "${dnn_blas_stem}")
endif()
mark_as_advanced(DNN_BLAS_LIBRARY)

if(NOT DNN_BLAS_LIBRARY)
    list(JOIN dnn_blas_tried ", " dnn_blas_tried)
    message(FATAL_ERROR "No BLAS found for DNN_BLAS=${DNN_BLAS}. Tried: ${dnn_blas_tried}. "
        "Give DNN_BLAS a pkg-config module (openblas, blas-netlib), the name of a library (blis) or its full path; "
        "on Debian and Ubuntu, scripts/install-dependencies.sh build installs libopenblas-dev.")
endif()

# ------------------------------------------------ its header -----------------------------------------------

# Where the library lies in truth, behind the links: /usr/lib/x86_64-linux-gnu/blis-openmp names the directory of its headers.
file(REAL_PATH ${DNN_BLAS_LIBRARY} dnn_blas_real)
get_filename_component(dnn_blas_dir ${dnn_blas_real} DIRECTORY)
get_filename_component(dnn_blas_variant ${dnn_blas_dir} NAME)
get_filename_component(dnn_blas_prefix ${dnn_blas_dir} DIRECTORY)

unset(DNN_BLAS_HEADER CACHE)
set(dnn_blas_header_hints ${dnn_blas_header_dirs} ${dnn_blas_prefix}/include)
if(DNN_BLAS MATCHES "^c?blas[-.](.+)$")
    find_file(DNN_BLAS_HEADER NAMES cblas-${CMAKE_MATCH_1}.h cblas_${CMAKE_MATCH_1}.h HINTS ${dnn_blas_header_hints})
endif()
find_file(DNN_BLAS_HEADER NAMES cblas.h PATHS ${dnn_blas_header_dirs} NO_DEFAULT_PATH)
find_file(DNN_BLAS_HEADER NAMES ${dnn_blas_variant}/cblas.h ${dnn_blas_stem}/cblas.h HINTS ${dnn_blas_header_hints})
find_file(DNN_BLAS_HEADER NAMES cblas.h HINTS ${dnn_blas_header_hints})
mark_as_advanced(DNN_BLAS_HEADER)

if(NOT DNN_BLAS_HEADER)
    message(FATAL_ERROR "Found the BLAS ${DNN_BLAS_LIBRARY} for DNN_BLAS=${DNN_BLAS}, but no cblas.h. Tried: "
        "${dnn_blas_header_hints}, ${dnn_blas_variant}/ and ${dnn_blas_stem}/ in the system's include directories. "
        "Install the library's headers, or add their directory to CMAKE_INCLUDE_PATH.")
endif()

get_filename_component(dnn_blas_header_name ${DNN_BLAS_HEADER} NAME)
get_filename_component(DNN_BLAS_INCLUDE_DIRS ${DNN_BLAS_HEADER} DIRECTORY)
if(NOT dnn_blas_header_name STREQUAL "cblas.h")
    # Debian calls netlib's header cblas-netlib.h; the sources say <cblas.h>.
    set(DNN_BLAS_INCLUDE_DIRS ${PROJECT_BINARY_DIR}/blas-include)
    file(CONFIGURE OUTPUT ${DNN_BLAS_INCLUDE_DIRS}/cblas.h CONTENT "#include \"${DNN_BLAS_HEADER}\"\n")
endif()

# --------------------------------------------- does it all fit? --------------------------------------------

set(DNN_BLAS_LIBRARIES ${DNN_BLAS_LIBRARY} ${dnn_blas_extra})
get_filename_component(DNN_BLAS_LINK_DIR ${DNN_BLAS_LIBRARY} DIRECTORY)
set(DNN_BLAS_LINK_NAME ${dnn_blas_link_name})

# Compiles one line of C with the header, and links it. Never cached, for the reason above.
function(dnn_blas_check result line)
    set(CMAKE_REQUIRED_QUIET TRUE)
    set(CMAKE_REQUIRED_DEFINITIONS -D_POSIX_C_SOURCE=200809L) # as for affine.c
    set(CMAKE_REQUIRED_INCLUDES ${DNN_BLAS_INCLUDE_DIRS})
    set(CMAKE_REQUIRED_LIBRARIES ${DNN_BLAS_LIBRARIES} m)
    unset(DNN_BLAS_CHECK CACHE)
    check_c_source_compiles("#include <stdint.h>\n#include <cblas.h>\nint main(void) { ${line} }" DNN_BLAS_CHECK)
    set(${result} ${DNN_BLAS_CHECK} PARENT_SCOPE)
    unset(DNN_BLAS_CHECK CACHE)
endfunction()

# ddot's prototype has no enum in it, so it has the same type in each CBLAS, but for the width of the integers.
set(dnn_blas_ddot "return _Generic(&cblas_ddot, double (*)(INT, const double *, INT, const double *, INT): 0)")
foreach(type IN ITEMS int32_t "long" "long long")
    string(REPLACE INT "${type}" line "${dnn_blas_ddot};")
    string(MAKE_C_IDENTIFIER "${type}" key)
    dnn_blas_check(dnn_blas_has_${key} "${line}")
endforeach()
if(dnn_blas_has_long OR dnn_blas_has_long_long)
    message(FATAL_ERROR "${dnn_blas_ilp64_text} (${DNN_BLAS_HEADER} says so.)")
endif()

dnn_blas_check(dnn_blas_links "double a[1] = {1}, x[1] = {1}, y[1] = {1};
    cblas_dgemv(CblasRowMajor, CblasNoTrans, 1, 1, 1.0, a, 1, x, 1, 0.0, y, 1); return (int)y[0];")
if(NOT dnn_blas_has_int32_t OR NOT dnn_blas_links)
    message(FATAL_ERROR "The BLAS found for DNN_BLAS=${DNN_BLAS} cannot be used: a program that calls cblas_ddot and cblas_dgemv "
        "does not compile and link with the header ${DNN_BLAS_HEADER} and the libraries ${DNN_BLAS_LIBRARIES}. "
        "Some libraries hold only the Fortran names; then name the one that has the C interface as well.")
endif()

set(DNN_BLAS_NAME "${dnn_blas_label}")
message(STATUS "BLAS: ${DNN_BLAS_NAME}, ${dnn_blas_real}, ${DNN_BLAS_HEADER}")
