"""TypeScript: the types of api.js, which koffi.py makes, and of the functions that it loads."""
import textwrap

from describe import callbacks

_ARRAYS = {"double": "Float64Array", "float": "Float32Array", "int64_t": "BigInt64Array", "int32_t": "Int32Array",
           "uint8_t": "Uint8Array", "char": "Uint8Array", "void": "Uint8Array"}
_NUMBERS = {"double": "number", "float": "number", "int32_t": "number", "int64_t": "Integer", "uint8_t": "number"}

_HEAD = """\
// Made by tests/abi/generate.py from dnn-api.json: do not edit.
//
// The types of api.js, which loads the functions of libdnn for koffi.

/** An int64_t: koffi takes either, and gives a bigint for what no number holds exactly. */
export type Integer = number | bigint;

/** Room for one result: pass [null], and find it there. */
export type Out<T> = [T | null];

/** A function of JavaScript that C keeps: what koffi.register gives. */
export type Registered<T> = { readonly __registered: T };

/** Called directly it blocks; async calls from a thread of koffi's, and hands the result to the last argument. */
export interface Call<A extends unknown[], R> {
    (...args: A): R;
    async(...args: [...A, (error: Error | null, result: R) => void]): void;
}
"""

_TAIL = """\
export const constants: Constants;
/** The names of the types, and the prototypes in C, as koffi is told them. */
export const handles: readonly string[];
export const callbacks: readonly string[];
export const functions: readonly string[];

/** All functions, by their names, of the library at a path. koffi is what require('koffi') gives. */
export function load(koffi: unknown, path: string): Functions;
"""


def _comment(text, indent=""):
    lines = textwrap.wrap(text.replace("*/", "* /"), 116 - len(indent))
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**"] + [f"{indent} * {line}" for line in lines] + [f"{indent} */"]


def _in(kind):
    """A type of C that a callback is called with."""
    base = kind.removeprefix("const ").rstrip("* ")
    return base if base.startswith("dnn_") else _NUMBERS.get(kind, "unknown")


def _parameter_type(parameter):
    kind, out = parameter["kind"], parameter["direction"] == "out"
    if kind == "number":
        return _NUMBERS[parameter["type"]]
    if kind == "user":
        return "unknown"
    if kind == "array":
        result = _ARRAYS[parameter["of"]]
        if not out and parameter["of"] != "void":
            result += f" | readonly {_NUMBERS[parameter['of']]}[]"
    elif kind == "scalar":
        result = f"Out<{_NUMBERS[parameter['of']]}>"
    elif kind == "handle":
        result = f"Out<{parameter['of']}>" if out else parameter["of"]
    elif kind == "callback":
        result = f"Registered<{parameter['of']}>"
    else:
        result = "string"
    return result + (" | null" if parameter["nullable"] else "")


def _returned_type(returns):
    if returns["kind"] == "pointer":
        return "string" + (" | null" if returns["nullable"] else "")
    return _NUMBERS.get(returns["type"], "void")


def _extents(parameter):
    return f" /* [{' × '.join(parameter['extents'])}] */" if "extents" in parameter else ""


def _function(function):
    parameters = [f"{p['name']}: {_parameter_type(p)}{_extents(p)}" for p in function["parameters"]]
    result = _returned_type(function["returns"])
    line = f"    {function['name']}: Call<[{', '.join(parameters)}], {result}>;"
    if len(line) > 120:
        line = f"    {function['name']}: Call<[\n        " + ",\n        ".join(parameters) + f",\n    ], {result}>;"
    return _comment(function["summary"], "    ") + [line]


def _callback(parameter):
    inner = ", ".join(f"{p['name']}: {_in(p['type'])}" for p in parameter["parameters"])
    returns = "void" if parameter["returns"] == "void" else _in(parameter["returns"])
    return f"export type {parameter['of']} = ({inner}) => {returns};"


def generate(api):
    lines = [_HEAD]
    for handle in api["handles"]:
        lines += _comment(handle["summary"])
        lines += [f"export type {handle['name']} = {{ readonly __handle: '{handle['name']}' }};"]
    lines += ["", *map(_callback, callbacks(api)), "", "export interface Constants {"]
    for constant in api["constants"]:
        lines += _comment(constant["summary"], "    ") + [f"    readonly {constant['name']}: {constant['value']};"]
    lines += ["}", "", "export interface Functions {"]
    for function in api["functions"]:
        lines += _function(function)
    lines += ["}", "", _TAIL.rstrip()]
    return "\n".join(lines) + "\n"
