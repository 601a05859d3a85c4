"""Makes dnn-api.json, the description of the ABI, from dnn.h, and from it what stands in other languages.

usage: generate.py            writes the files
       generate.py --check    compares them with what it would write; status 1 if one is stale
       generate.py --program  prints a C program that uses every function, made from dnn-api.json as it stands
       generate.py --stub     prints a library in C that has every function, and does nothing

Python 3.9 and its standard library.
"""
import difflib
import json
import pathlib
import sys

import describe
import fortran
import koffi
import program
import typescript

_HERE = pathlib.Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent
sys.path.insert(0, str(_ROOT / "scripts"))
import dnn_header

_DESCRIPTION = _HERE / "dnn-api.json"
_BINDINGS = {
    "examples/ffi/javascript/api.d.ts": typescript,
    "examples/ffi/javascript/api.js": koffi,
    "examples/ffi/fortran/dnn.f90": fortran,
}


def _json(value, indent=0):
    """JSON to be read in a diff: what holds no object stands in one line."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, (dict, list)) and "{" in json.dumps(item) for item in inner):
        return json.dumps(value, ensure_ascii=False)
    space = "  " * (indent + 1)
    if isinstance(value, dict):
        items = [f"{space}{json.dumps(key)}: {_json(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + "  " * indent + "}"
    return "[\n" + ",\n".join(space + _json(item, indent + 1) for item in value) + "\n" + "  " * indent + "]"


def _files():
    """{path: what is to stand there}."""
    description = _json(describe.describe(dnn_header.read(_ROOT / "include/dnn.h"))) + "\n"
    api = json.loads(description)
    files = {_DESCRIPTION: description}
    files.update({_ROOT / path: module.generate(api) for path, module in _BINDINGS.items()})
    return files


def _stale(path, expected):
    """Prints how a file differs; is it stale?"""
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    if found == expected:
        return False
    name = path.relative_to(_ROOT)
    print(f"FAILED: {name} is stale: python3 tests/abi/generate.py")
    sys.stdout.writelines(list(difflib.unified_diff(found.splitlines(True), expected.splitlines(True), str(name),
                                                    "from dnn.h", n=0))[:40])
    return True


def main(arguments):
    if arguments in (["--program"], ["--stub"]):
        make = program.generate if arguments == ["--program"] else program.stub
        print(make(json.loads(_DESCRIPTION.read_text(encoding="utf-8"))), end="")
        return 0
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        files = _files()
    except (dnn_header.HeaderError, describe.DescriptionError) as error:
        print(f"FAILED: {error}")
        return 1
    if arguments:
        stale = [path for path, text in files.items() if _stale(path, text)]
        print(f"{len(files)} files looked at, {len(stale)} stale")
        return bool(stale)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
