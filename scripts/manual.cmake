# The manual, all of it made from include/dnn.h and examples/guides: man pages, section 3, which are built and installed with the
# library; and HTML, made when the target `docs` is asked for, and then installed too.
#
# DNN_MAN=AUTO, the default, goes without man pages where there is no Python 3, and says so, at installation once more;
# ON makes that an error; OFF does not look. HTML needs Doxygen beside it.
#
# Result: DNN_HAS_MAN; dnn_man_dir, which holds man3; DNN_DOXYGEN, and dnn_doxyfile for it.

set(DNN_MAN AUTO CACHE STRING "Build the man pages: ON, OFF, or AUTO: if Python 3 is there")
set_property(CACHE DNN_MAN PROPERTY STRINGS AUTO ON OFF)

set(DNN_HAS_MAN FALSE)
set(dnn_man_dir ${PROJECT_BINARY_DIR}/manual/man)
set(dnn_html_dir ${PROJECT_BINARY_DIR}/manual/html)
set(dnn_doxyfile ${PROJECT_BINARY_DIR}/manual/Doxyfile)
if(DNN_MAN)
    find_package(Python3 3.9 COMPONENTS Interpreter)
    set(DNN_HAS_MAN ${Python3_Interpreter_FOUND})
endif()

# ------------------------------------------------ man pages ------------------------------------------------

if(DNN_HAS_MAN)
    set(maker ${PROJECT_SOURCE_DIR}/scripts/manual/man.py)
    add_custom_command(OUTPUT ${dnn_man_dir}/man3/dnn.3
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${dnn_man_dir}
        COMMAND Python3::Interpreter -B ${maker} ${PROJECT_SOURCE_DIR}/include/dnn.h ${PROJECT_VERSION} ${dnn_man_dir}/man3
        DEPENDS include/dnn.h ${maker} scripts/dnn_header.py
        COMMENT "Making the man pages" VERBATIM)
    add_custom_target(dnn_man ALL DEPENDS ${dnn_man_dir}/man3/dnn.3)
    install(DIRECTORY ${dnn_man_dir}/man3 DESTINATION ${CMAKE_INSTALL_MANDIR})
elseif(DNN_MAN)
    set(advice "Python 3.9 or newer makes them, and was not found")
    if(NOT DNN_MAN STREQUAL "AUTO")
        message(FATAL_ERROR "DNN_MAN=${DNN_MAN}, but the man pages cannot be made: ${advice}")
    endif()
    message(WARNING "Building WITHOUT man pages: ${advice}")
    install(CODE "message(WARNING \"No man pages are installed: ${advice}\")")
endif()

# -------------------------------------------------- HTML ---------------------------------------------------

if(NOT PROJECT_IS_TOP_LEVEL)
    return()
endif()
find_program(DNN_DOXYGEN doxygen)
mark_as_advanced(DNN_DOXYGEN)
if(DNN_DOXYGEN AND DNN_HAS_MAN)
    configure_file(scripts/manual/Doxyfile.in ${dnn_doxyfile} @ONLY)
    add_custom_target(docs
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${dnn_html_dir}
        COMMAND ${DNN_DOXYGEN} ${dnn_doxyfile}
        COMMAND ${CMAKE_COMMAND} -E echo "The manual is ${dnn_html_dir}/index.html"
        COMMENT "Making the HTML manual" VERBATIM)
else()
    add_custom_target(docs
        COMMAND ${CMAKE_COMMAND} -E echo "The HTML manual needs Doxygen and Python 3: scripts/install-dependencies.sh docs"
        COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endif()
install(DIRECTORY ${dnn_html_dir} DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
