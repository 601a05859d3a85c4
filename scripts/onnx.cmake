# ONNX files need protobuf-c: its library, and its compiler, which makes C from src/format/onnx.proto in the build directory.
#
# DNN_ONNX=AUTO, the default, builds without where either is not found, and says so; ON makes that an error; OFF does
# not look. Without, dnn_model_export_onnx and dnn_model_import_onnx return DNN_ERROR_UNSUPPORTED.
#
# Result: DNN_HAS_ONNX; dnn_add_onnx(TARGET) adds what is needed to the objects of the library; dnn_onnx_objects is to be
# linked with them, and dnn_onnx_target, or for the archive dnn_onnx_private, beside them; dnn_onnx_library and
# dnn_onnx_module name it for what is installed. All empty without ONNX.

set(DNN_ONNX AUTO CACHE STRING "Read and write ONNX files: ON, OFF, or AUTO: if protobuf-c is there")
set_property(CACHE DNN_ONNX PROPERTY STRINGS AUTO ON OFF)

set(DNN_HAS_ONNX FALSE)
foreach(name IN ITEMS objects made target private library module)
    set(dnn_onnx_${name} "")
endforeach()

if(DNN_ONNX)
    pkg_check_modules(protobuf_c QUIET IMPORTED_TARGET libprotobuf-c)
    find_program(DNN_PROTOC_C NAMES protoc-c)
    mark_as_advanced(DNN_PROTOC_C)
    if(protobuf_c_FOUND AND DNN_PROTOC_C)
        set(DNN_HAS_ONNX TRUE)
    else()
        string(CONCAT advice "protobuf-c is not there: its library (pkg-config module libprotobuf-c) and its compiler protoc-c are "
            "needed; on Debian and Ubuntu, scripts/install-dependencies.sh build installs them.")
        if(NOT DNN_ONNX STREQUAL "AUTO")
            message(FATAL_ERROR "DNN_ONNX=${DNN_ONNX}, but ${advice}")
        endif()
        message(WARNING "Building WITHOUT ONNX: ${advice}")
    endif()
endif()

function(dnn_add_onnx target)
    target_compile_definitions(${target} PRIVATE DNN_ONNX=$<BOOL:${DNN_HAS_ONNX}>)
    if(NOT DNN_HAS_ONNX)
        return()
    endif()
    target_sources(${target} PRIVATE
        src/format/onnx_arena.c
        src/format/onnx_build.c
        src/format/onnx_write.c
        src/format/onnx_read.c
        src/format/onnx_settings.c
        src/format/onnx_graph.c
        src/format/onnx_operator.c
        src/format/onnx_layer.c
        src/format/onnx_activation.c
        src/format/onnx_arithmetic.c
        src/format/onnx_shape.c
        src/format/onnx_tensor.c)
    target_link_libraries(${target} PRIVATE PkgConfig::protobuf_c)
    # Somebody else's header, whose warnings are not ours.
    target_include_directories(${target} SYSTEM PRIVATE ${PROJECT_BINARY_DIR}/onnx)
    add_dependencies(${target} dnn_onnx_proto)
endfunction()

if(DNN_HAS_ONNX)
    set(generated ${PROJECT_BINARY_DIR}/onnx/onnx.pb-c.c ${PROJECT_BINARY_DIR}/onnx/onnx.pb-c.h)
    set(proto ${PROJECT_SOURCE_DIR}/src/format/onnx.proto)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/onnx)
    add_custom_command(OUTPUT ${generated}
        COMMAND ${DNN_PROTOC_C} --c_out=${PROJECT_BINARY_DIR}/onnx --proto_path=${PROJECT_SOURCE_DIR}/src/format ${proto}
        DEPENDS ${proto}
        COMMENT "Making C from onnx.proto"
        VERBATIM)
    # Hidden names stay inside the shared library, and are made local in the archive: see static.cmake.
    add_library(dnn_onnx_proto OBJECT ${generated})
    set_target_properties(dnn_onnx_proto PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
    target_link_libraries(dnn_onnx_proto PRIVATE PkgConfig::protobuf_c)
    set(dnn_onnx_objects $<TARGET_OBJECTS:dnn_onnx_proto>)
    set(dnn_onnx_made dnn_onnx_proto)
    set(dnn_onnx_target PkgConfig::protobuf_c)
    set(dnn_onnx_private $<BUILD_INTERFACE:PkgConfig::protobuf_c> $<INSTALL_INTERFACE:dnn::protobuf-c>)
    set(dnn_onnx_library protobuf-c)
    set(dnn_onnx_module libprotobuf-c)
    message(STATUS "ONNX: protobuf-c ${protobuf_c_VERSION}")
else()
    message(STATUS "ONNX: none")
endif()
