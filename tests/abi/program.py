"""C, and C++, of a description.

generate: a program that holds every function by the type that dnn-api.json gives it, so that the compiler compares
the description with dnn.h, and the linker and the loader look for every name; it checks that each constant is what
its function returns. stub: a library that has every function, for the ABI of dnn.h alone.
"""
from describe import declare

_HEAD = """\
/* Made by tests/abi/generate.py from dnn-api.json. */
#include <dnn.h>
#include <stdio.h>

struct every {
"""

_MAIN = """\
};

/* Not static: the compiler must believe that somebody else looks at it. */
struct every every = {
"""

_CHECK = """\
static int check(const char *name, int32_t constant, int32_t returned, int32_t described)
{
    if (constant == described && returned == described)
        return 0;
    printf("FAILED: %s is %d, its function returns %d, dnn-api.json says %d\\n", name, constant, returned, described);
    return 1;
}
"""


def _member(function):
    types = ", ".join(p["type"] for p in function["parameters"]) or "void"
    return f"    {declare(function['returns']['type'], '')}(*{function['name']})({types});"


def generate(api):
    functions = [f["name"] for f in api["functions"]]
    lines = [_HEAD.rstrip(), *map(_member, api["functions"]), _MAIN.rstrip()]
    lines += [f"    {name}," for name in functions]
    lines += ["};", "", _CHECK, "int main(void)", "{", "    int failures = 0;"]
    lines += [f"    failures += check(\"{c['name']}\", {c['name']}, every.{c['function']}(), {c['value']});"
              for c in api["constants"]]
    lines += [f'    printf("{len(functions)} functions, {len(api["constants"])} constants\\n");',
              "    return failures != 0;", "}"]
    return "\n".join(lines) + "\n"


def stub(api):
    lines = ["#include <dnn.h>", ""]
    for function in api["functions"]:
        kind, name = function["returns"]["type"], function["name"]
        parameters = [p["type"].replace("(*)", f"(*{p['name']})") if p["kind"] == "callback" else
                      declare(p["type"], p["name"]) for p in function["parameters"]]
        body = "{ }" if kind == "void" else "{ return 0; }"
        lines.append(f"{declare(kind, name)}({', '.join(parameters) or 'void'}) {body}")
    return "\n".join(lines) + "\n"
