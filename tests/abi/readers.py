"""dnn.h as other tools read it: are the functions, types and constants that they find those of dnn-api.json?

usage: readers.py cffi PREPROCESSED LIBRARY      dnn.h after `cc -E -P`, and the library to call
       readers.py clang TREE                     what `clang -Xclang -ast-dump=json` says of a file that includes it
"""
import json
import pathlib
import sys

from describe import declare

API = json.loads((pathlib.Path(__file__).parent / "dnn-api.json").read_text(encoding="utf-8"))


def unnamed(parameter):
    """The type of a parameter, without names: a callback's have some."""
    if parameter["kind"] != "callback":
        return parameter["type"]
    return f"{declare(parameter['returns'], '(*)')}({', '.join(p['type'] for p in parameter['parameters'])})"


def described():
    """(functions, constants, handles) of dnn-api.json: {name: (type, [types])}, {name: value}, {name}."""
    functions = {f["name"]: (f["returns"]["type"], [unnamed(p) for p in f["parameters"]]) for f in API["functions"]}
    return functions, {c["name"]: c["value"] for c in API["constants"]}, {h["name"] for h in API["handles"]}


def compare(what, found, expected):
    if found == expected:
        return
    names = sorted(name for name in {*found, *expected}
                   if isinstance(found, set) or found.get(name) != expected.get(name))
    for name in names:
        print(f"FAILED: {what} {name}: found {name in found and (isinstance(found, set) or found[name])}, "
              f"described {name in expected and (isinstance(expected, set) or expected[name])}")
    sys.exit(1)


def read_by_cffi(path, library):
    try:
        import cffi
    except ImportError:
        print("SKIPPED: no cffi. Please run: sh scripts/install-dependencies.sh abi (Debian's package python3-cffi)")
        sys.exit(77)
    ffi = cffi.FFI()
    ffi.cdef(pathlib.Path(path).read_text(encoding="utf-8"))
    dnn = ffi.dlopen(library)
    functions, constants, handles = described()
    # cffi knows no const, so types are compared by its own reading of both.
    compare("function", {name: ffi.typeof(getattr(dnn, name)) for name in dir(dnn) if name.startswith("dnn_")},
            {name: ffi.typeof(f"{returns}(*)({', '.join(types) or 'void'})") for name, (returns, types) in functions.items()})
    compare("constant", {name: getattr(dnn, name) for name in dir(dnn) if name.startswith("DNN_")}, constants)
    compare("constant's function", {name: getattr(dnn, name.lower())() for name in constants}, constants)
    compare("handle", {name for name in ffi.list_types()[0] if name.startswith("dnn_")}, handles)
    print(f"read by cffi: {len(functions)} functions, {len(constants)} constants, {len(handles)} handles")


def nodes(tree, kind):
    """All of a kind, wherever they are: in C++ they would stand within extern "C"."""
    for node in tree.get("inner", ()):
        if node.get("kind") == kind:
            yield node
        yield from nodes(node, kind)


def read_by_clang(path):
    tree = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    found = {}
    for node in nodes(tree, "FunctionDecl"):
        if node["name"].startswith("dnn_"):
            types = [p["type"]["qualType"] for p in nodes(node, "ParmVarDecl")]
            returns = node["type"]["qualType"].split("(", 1)[0].strip()
            found[node["name"]] = (returns, types)
    functions, constants, handles = described()
    compare("function", found, functions)
    compare("constant", {node["name"]: int(next(nodes(node, "ConstantExpr"))["value"])
                         for node in nodes(tree, "EnumConstantDecl") if node["name"].startswith("DNN_")}, constants)
    compare("handle", {node["name"] for node in nodes(tree, "TypedefDecl") if node["name"].startswith("dnn_")}, handles)
    print(f"read by Clang's syntax tree: {len(functions)} functions, {len(constants)} constants, {len(handles)} handles")


if __name__ == "__main__":
    {"cffi": read_by_cffi, "clang": read_by_clang}[sys.argv[1]](*sys.argv[2:])
