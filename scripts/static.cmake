# Makes dnn_static, the archive libdnn.a.
#
# A program that links an archive sees every global name in it; names such as `random_seed` would clash with the program's own.
# So the objects are joined into one, and all that is hidden from the users of the shared library is made local in it.
# Where that cannot be done (no ELF, no objcopy, objects that hold the compiler's intermediate code for -flto) the archive
# holds the plain objects.

set(dnn_localize FALSE)
if(dnn_elf AND CMAKE_OBJCOPY AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION AND NOT CMAKE_C_FLAGS MATCHES "-flto")
    set(dnn_localize TRUE)
endif()

if(dnn_localize)
    set(joined ${PROJECT_BINARY_DIR}/libdnn-joined.o)
    add_custom_command(OUTPUT ${joined}
        COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${joined} ${dnn_all_objects}
        COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${joined}
        DEPENDS dnn_objects ${dnn_onnx_made} ${dnn_core_targets} ${dnn_all_objects}
        COMMENT "Joining the objects of libdnn.a, internal names made local"
        COMMAND_EXPAND_LISTS VERBATIM)
    add_library(dnn_static STATIC ${joined})
    set_source_files_properties(${joined} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
else()
    add_library(dnn_static STATIC ${dnn_all_objects})
endif()
add_library(dnn::dnn_static ALIAS dnn_static)
set_target_properties(dnn_static PROPERTIES OUTPUT_NAME dnn EXPORT_NAME dnn_static LINKER_LANGUAGE C)
