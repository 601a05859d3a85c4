"""JavaScript: the table by which koffi calls the functions, as C prototypes with _Out_ before what is written."""
from describe import callbacks, declare

_HEAD = """\
'use strict';
// Made by tests/abi/generate.py from dnn-api.json: do not edit.
//
// The functions of libdnn for koffi (https://koffi.dev), with types in api.d.ts:
//
//     const koffi = require('koffi');
//     const dnn = require('./api.js').load(koffi, 'libdnn.so.0');
//
// Arrays are typed arrays, which are not copied. A result through a pointer goes into an array: const out = [null]. A callback that
// C keeps must be registered: koffi.register(f, koffi.pointer('dnn_trainer_set_progress_callback')).
"""

_TAIL = """\
let declared = false;

/** All functions, by their names, of the library at a path. koffi knows a type once: it is told at the first call. */
function load(koffi, path) {
    if (!declared) {
        handles.forEach((name) => koffi.opaque(name));
        callbacks.forEach((prototype) => koffi.proto(prototype));
        declared = true;
    }
    const library = koffi.load(path);
    const name = (prototype) => /(\\w+)\\(/.exec(prototype)[1];
    return Object.fromEntries(functions.map((prototype) => [name(prototype), library.func(prototype)]));
}

module.exports = { constants, handles, callbacks, functions, load };
"""


def _quoted(lines):
    return [f"    '{line}'," for line in lines]


def _prototype(name, returns, parameters):
    return f"{declare(returns, name)}({', '.join(parameters) or 'void'})"


def _parameter(parameter):
    kind, name = parameter["type"], parameter["name"]
    if parameter["kind"] == "callback":
        kind = f"{parameter['of']} *"
    elif parameter["kind"] == "array" and parameter["of"] in ("char", "void"):
        kind = "uint8_t *" if parameter["direction"] == "out" else "const uint8_t *"
    out = "_Out_ " if parameter["direction"] == "out" else ""
    return out + declare(kind, name)


def _callback(parameter):
    return _prototype(parameter["of"], parameter["returns"], [declare(p["type"], p["name"]) for p in parameter["parameters"]])


def generate(api):
    prototypes = [_prototype(f["name"], f["returns"]["type"], [_parameter(p) for p in f["parameters"]])
                  for f in api["functions"]]
    lines = [_HEAD, "const constants = Object.freeze({"]
    lines += [f"    {c['name']}: {c['value']}, // {c['summary']}" for c in api["constants"]]
    lines += ["});", "", "const handles = ["] + _quoted(h["name"] for h in api["handles"])
    lines += ["];", "", "const callbacks = ["] + _quoted(map(_callback, callbacks(api)))
    lines += ["];", "", "const functions = ["] + _quoted(prototypes)
    lines += ["];", "", _TAIL.rstrip()]
    return "\n".join(lines) + "\n"
