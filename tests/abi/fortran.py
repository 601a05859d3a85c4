"""Fortran: a module of interfaces by iso_c_binding, Fortran 2008."""
import textwrap

from describe import callbacks

_NUMBERS = {"double": "real(c_double)", "float": "real(c_float)", "int64_t": "integer(c_int64_t)",
            "int32_t": "integer(c_int32_t)", "uint8_t": "integer(c_int8_t)"}

_HEAD = """\
! Made by tests/abi/generate.py from dnn-api.json: do not edit.
!
! The functions of libdnn as C has them. Text ends in c_null_char. A matrix of C, [n x n_0] row by row, is x(n_0, n) here. What may
! be NULL is a type(c_ptr), of c_loc or c_null_ptr; but text, which is given always. What is written is intent(inout), since
! a call that fails leaves it as it was. The constants have the values of the functions of their names, which are left out.
module dnn
    use, intrinsic :: iso_c_binding, only: c_char, c_double, c_float, c_funptr, c_int8_t, c_int32_t, c_int64_t, c_ptr
    implicit none
    private :: c_char, c_double, c_float, c_funptr, c_int8_t, c_int32_t, c_int64_t, c_ptr
"""


def _comment(text, indent):
    return textwrap.wrap(text, 118, initial_indent=f"{indent}!> ", subsequent_indent=f"{indent}!! ")


def _by_value(kind):
    return f"{_NUMBERS.get(kind, 'type(c_ptr)')}, value"


def _declaration(parameter):
    kind, out = parameter["kind"], parameter["direction"] == "out"
    intent = "intent(inout)" if out else "intent(in)"
    optional = parameter.get("nullable") and not parameter["null"].startswith("may be NULL where")  # what is empty is no NULL
    if kind == "number":
        return _by_value(parameter["type"])
    if kind == "callback":
        return "type(c_funptr), value"
    if kind == "text":
        return f"character(kind=c_char), {intent}, dimension(*)"
    if kind == "handle" and out:
        return f"type(c_ptr), {intent}"
    if kind in ("handle", "user") or optional or parameter["of"] in ("char", "void"):
        return "type(c_ptr), value"
    return f"{_NUMBERS[parameter['of']]}, {intent}" + (", dimension(*)" if kind == "array" else "")


def _head(words, name, arguments, suffix, indent):
    line = f"{words} {name}({', '.join(arguments)}) {suffix}"
    parts = textwrap.wrap(line, 110, break_long_words=False, break_on_hyphens=False)
    return [(indent if i == 0 else indent + "    ") + part + (" &" if i + 1 < len(parts) else "")
            for i, part in enumerate(parts)]


def _procedure(name, returns, arguments, indent, bind):
    """An interface body. arguments: [(name, declaration)]."""
    words, result = ("subroutine", "") if returns == "void" else ("function", " result(returned)")
    lines = _head(words, name, [a for a, _ in arguments], bind + result, indent)
    lines += [f"{indent}    import"]
    lines += [f"{indent}    {declaration} :: {argument}" for argument, declaration in arguments]
    if returns != "void":
        lines += [f"{indent}    {_NUMBERS.get(returns, 'type(c_ptr)')} :: returned"]
    return lines + [f"{indent}end {words}"]


def _callback(parameter):
    arguments = [(p["name"], _by_value(p["type"])) for p in parameter["parameters"]]
    return _procedure(parameter["of"], parameter["returns"], arguments, "        ", "bind(c)")


def _functions(api):
    constants = {c["function"] for c in api["constants"]}
    for function in api["functions"]:
        if function["name"] not in constants:  # Fortran knows no case: the name is the constant's
            arguments = [(p["name"], _declaration(p)) for p in function["parameters"]]
            yield from _comment(function["summary"], "        ")
            yield from _procedure(function["name"], function["returns"]["type"], arguments, "        ",
                                  f'bind(c, name="{function["name"]}")')


def generate(api):
    lines = [_HEAD]
    for constant in api["constants"]:
        lines += _comment(constant["summary"], "    ")
        lines += [f"    integer(c_int32_t), parameter :: {constant['function']} = {constant['value']}_c_int32_t"]
    lines += ["", "    abstract interface"]
    for parameter in callbacks(api):
        lines += _callback(parameter)
    lines += ["    end interface", "", "    interface"]
    lines += [*_functions(api), "    end interface", "end module dnn"]
    return "\n".join(lines) + "\n"
