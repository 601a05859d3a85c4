"""libdnn for Python by cffi (Debian: python3-cffi), without a declaration of its own: it reads dnn.h.

    from dnn_cffi import ffi, lib, check
    out = ffi.new("dnn_config **")
    check(lib.dnn_config_create(b"classifier", out))

`lib` has every function, and every constant of the header; `ffi.cdef` made them from the header's own text, so that a new version of the
library needs no new version of this file. For a binding with classes see ../python.

The header is the one of the folder DNN_INCLUDE, else /usr/include or /usr/local/include; the library is that of the path
DNN_LIBRARY, else the one that the system finds.
"""
import os
import re

import cffi

ffi = cffi.FFI()


class Error(Exception):
    """A call into libdnn failed; .status is one of lib.DNN_ERROR_*."""

    def __init__(self, status):
        super().__init__(text(lib.dnn_last_error()))
        self.status = status


def _header():
    folders = [os.environ.get("DNN_INCLUDE"), "/usr/local/include", "/usr/include"]
    for folder in filter(None, folders):
        path = os.path.join(folder, "dnn.h")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
    raise ImportError("dnn.h not found: install it, or set DNN_INCLUDE to its folder")


def declarations(header):
    """What cffi can parse: no comments, no lines of the preprocessor, no export macro, no extern "C"."""
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    header = re.sub(r"#ifdef __cplusplus.*?#endif", "", header, flags=re.DOTALL)
    header = re.sub(r"^#.*$", "", header, flags=re.MULTILINE)
    return header.replace("DNN_API ", "")


def check(status):
    """Raises Error for a status below 0; else gives it back."""
    if status < 0:
        raise Error(status)
    return status


def text(c_string):
    return ffi.string(c_string).decode()


def own(kind, create, *arguments):
    """A handle that Python's collector releases: own("model", lib.dnn_model_load, b"circle.dnn")."""
    out = ffi.new("dnn_%s **" % kind)
    check(create(*arguments, out))
    return ffi.gc(out[0], getattr(lib, "dnn_%s_destroy" % kind))


ffi.cdef(declarations(_header()))
lib = ffi.dlopen(os.environ.get("DNN_LIBRARY") or "libdnn.so.0")
