"""Prints calls.c: every public function as data, with arguments that it takes, from tests/abi/dnn-api.json.

usage: generate.py DNN-API.JSON >calls.c

What a parameter is (a handle, a text, an array, what is written, whether NULL is allowed) stands in that description. What it
does not say is a value that works: that is in the tables below, by the parameter's name, or by function.name where one name
means several things. A parameter that has no value is an error, so that nobody adds a function that this test leaves out.
"""
import json
import sys

# Of a number: the least and the most that the function takes, by dnn.h, and a value in between. The fixture's network is
# [N_IN, N_HIDDEN, N_OUT], its dataset has ROWS samples, and its trainer has run EPOCHS epochs.
_INTEGERS = {
    "status": ("INT32_MIN", "INT32_MAX", "DNN_ERROR_IO"),
    "index": ("0", "dnn_config_key_count() - 1", "3"),
    "layer_count": ("2", "65536", "LAYERS"),
    "dnn_model_layer_size.layer": ("0", "LAYERS - 1", "1"),
    "dnn_model_get_weights.layer": ("0", "LAYERS - 2", "0"),
    "dnn_model_set_weights.layer": ("0", "LAYERS - 2", "0"),
    "dnn_workspace_activations.layer": ("0", "LAYERS - 1", "1"),
    "dnn_trainer_layer_stats.layer": ("0", "LAYERS - 2", "1"),
    "dnn_model_predict.n": ("0", "INT32_MAX", "ROWS"),
    "dnn_model_predict_f32.n": ("0", "INT32_MAX", "ROWS"),
    "dnn_model_classify.n": ("0", "INT32_MAX", "ROWS"),
    "dnn_workspace_predict.n": ("0", "ROWS", "ROWS"),
    "dnn_workspace_predict_f32.n": ("0", "ROWS", "ROWS"),
    "n": ("1", "INT32_MAX", "ROWS"),
    "max_rows": ("1", "INT32_MAX", "ROWS"),
    "n_in": ("1", "INT32_MAX", "N_IN"),
    "n_out": ("1", "INT32_MAX", "N_OUT"),
    "classes": ("1", "INT32_MAX", "N_OUT"),
    "capacity": ("8", "INT64_MAX", "OUTPUT_BYTES"),  # no text and no file is shorter
    "size": ("f->file_size", "f->file_size", "f->file_size"),
    "epoch": ("0", "EPOCHS - 1", "1"),
    "i": ("0", "ROWS - 1", "1"),
    "class_index": ("0", "N_OUT - 1", "1"),
    "seed": ("INT64_MIN", "INT64_MAX", "7"),
    "dnn_config_set_integer.value": ("1", "INT64_MAX", "17"),
}
_REALS = {
    "dnn_config_set_number.value": ("DBL_TRUE_MIN", "DBL_MAX", "0.25"),
    "rate": ("DBL_TRUE_MIN", "DBL_MAX", "0.25"),
    "scale": ("-DBL_MAX", "DBL_MAX", "0.5"),
    "fraction": ("0.5 / ROWS", "1 - 0.5 / ROWS", "0.5"),
}

# Of a text: what it is, which decides what else is tried, and a value. A path that is read is a file of the fixture's.
_TEXTS = {
    "recipe": ("TEXT_NAME", "tutorial"),
    "key": ("TEXT_NAME", "learning_rate"),
    "dnn_config_set_integer.key": ("TEXT_NAME", "epochs"),
    "text": ("TEXT_NUMBER", "0.125"),
    "name": ("TEXT_NAME", "network"),
    "options_or_null": ("TEXT_OPTIONS", "header=true"),
    "dnn_model_save.path": ("TEXT_WRITTEN", "written"),
    "dnn_model_export_onnx.path": ("TEXT_WRITTEN", "written"),
    "dnn_model_export_c.path": ("TEXT_WRITTEN", "written"),
    "dnn_trainer_save.path": ("TEXT_WRITTEN", "written"),
    "dnn_model_load.path": ("TEXT_READ", "model"),
    "dnn_model_load_with.path": ("TEXT_READ", "model"),
    "dnn_model_import_onnx.path": ("TEXT_READ", "onnx"),
    "dnn_trainer_load.path": ("TEXT_READ", "checkpoint"),
    "images_path": ("TEXT_READ", "images"),
    "labels_path": ("TEXT_READ", "labels"),
    "x_path": ("TEXT_READ", "numbers"),
    "y_path": ("TEXT_READ", "numbers"),
    "dnn_dataset_read_csv.path": ("TEXT_READ", "table"),
}

# Of an array that is read: where it is in the fixture, and how many of its elements the call looks at.
_ARRAYS = {
    "layers": ("f->layers", "LAYERS"),
    "x:double": ("f->x", "ROWS * N_IN"),
    "x:float": ("f->x_f32", "ROWS * N_IN"),
    "x:uint8_t": ("f->x_u8", "ROWS * N_IN"),
    "y:double": ("f->y", "ROWS * N_OUT"),
    "y:float": ("f->y_f32", "ROWS * N_OUT"),
    "labels:int32_t": ("f->class_of", "ROWS"),
    "w": ("f->theta", "N_HIDDEN * (N_IN + 1)"),
    "theta": ("f->theta", "PARAMETERS"),
    "gradient": ("f->gradient", "PARAMETERS"),
    "weights": ("f->weights", "ROWS"),
    "bytes": ("f->file", "f->file_size"),
}

_HANDLES = {
    "dnn_config": "f->config", "dnn_model": "f->model", "dnn_workspace": "f->workspace", "dnn_trainer": "f->trainer",
    "dnn_dataset": "f->dataset", "dnn_progress": "f->progress", "dnn_dataset_class_name.dataset": "f->named",
}
_CALLBACKS = {
    "dnn_trainer_set_progress_callback": "go_on", "dnn_set_allocator_malloc_fn": "allocate",
    "dnn_set_allocator_realloc_fn": "reallocate", "dnn_set_allocator_free_fn": "release",
}
_USERS = {"dnn_trainer_set_progress.user": "f->user", "dnn_set_allocator.user": "f->user"}

# What is refused whatever the arguments, because the library has been used.
_TOO_LATE = {"dnn_set_allocator"}

_RETURNS = {"int32_t": "integer", "int64_t": "integer", "double": "number", "const char *": "text"}


class NoValue(Exception):
    """A parameter that nobody gave a value."""


def _look_up(table, what, function, *names):
    for name in (f"{function['name']}.{names[0]}", *names):
        if name in table:
            return table[name]
    raise NoValue(f"{function['name']}: {names[0]}: no {what} of that name: please add one to {__file__}")


def _null(parameter):
    if not parameter["nullable"]:
        return "NULL_NEVER"
    said = parameter.get("null", "")
    if "where" in said:
        return "NULL_WHERE"
    return "NULL_SOMETIMES" if "asks" in said or "with the other" in said else "NULL_FINE"


def _number(function, parameter):
    if parameter["type"] == "double":
        least, most, good = _look_up(_REALS, "number", function, parameter["name"])
        return "KIND_REAL", [f"a->number = {good}", f"d->real_least = {least}", f"d->real_most = {most}"]
    least, most, good = _look_up(_INTEGERS, "integer", function, parameter["name"])
    return "KIND_INTEGER", [f"a->integer = {good}", f"d->least = {least}", f"d->most = {most}"]


def _array(function, parameter):
    if parameter["direction"] == "out":
        return "KIND_ARRAY_OUT", []
    name = parameter["name"]
    where, count = _look_up(_ARRAYS, "array", function, name, f"{name}:{parameter['of']}")
    return "KIND_ARRAY", [f"a->pointer = {where}", f"d->count = {count}"]


def _handle(function, parameter):
    if parameter["ownership"] == "released":
        return "KIND_RELEASED", ["a->pointer = NULL"]
    if parameter["direction"] == "out":
        return "KIND_HANDLE_OUT", []
    where = _look_up(_HANDLES, "handle", function, parameter["name"], parameter["of"])
    return "KIND_HANDLE", [f"a->pointer = {where}"]


def _text(function, parameter):
    role, good = _look_up(_TEXTS, "text", function, parameter["name"])
    return "KIND_TEXT", [f"a->pointer = text_of({json.dumps(good)})", f"d->role = {role}"]


def _callback(function, parameter):
    return "KIND_CALLBACK", [f"a->callback = (void (*)(void)){_look_up(_CALLBACKS, 'callback', function, parameter['of'])}"]


def _user(function, parameter):
    return "KIND_USER", [f"a->pointer = {_look_up(_USERS, 'user', function, parameter['name'])}"]


_KINDS = {"number": _number, "array": _array, "handle": _handle, "text": _text, "callback": _callback, "user": _user,
          "scalar": lambda function, parameter: ("KIND_SCALAR_OUT", [])}


def _parameter(function, parameter):
    """(the description in C, the assignments of a good value and of what is allowed)."""
    if parameter["kind"] not in _KINDS:
        raise NoValue(f"{function['name']}: {parameter['name']}: no values for the kind {parameter['kind']}")
    kind, good = _KINDS[parameter["kind"]](function, parameter)
    extents = [e for p in function["parameters"] for e in p.get("extents", [])]
    fields = [f'"{parameter["name"]}"', kind, f'"{parameter.get("of", parameter["type"])}"',
              _null(parameter) if "nullable" in parameter else "NULL_NEVER",
              "1" if parameter["name"] in extents else "0", "1" if parameter.get("direction") == "inout" else "0"]
    return "{" + ", ".join(fields) + "}", good


def _passed(parameter, index):
    if parameter["kind"] == "callback":
        return f"({parameter['type']})a[{index}].callback"
    if parameter["kind"] == "number":
        member = "number" if parameter["type"] == "double" else "integer"
        return f"({parameter['type']})a[{index}].{member}"
    return f"a[{index}].pointer"


def _function(function):
    """(C of its two helpers, its line in the table)."""
    name, parameters = function["name"], function["parameters"]
    described = [_parameter(function, p) for p in parameters]
    call = f"{name}({', '.join(_passed(p, i) for i, p in enumerate(parameters))})"
    kind = function["returns"]["kind"]
    if kind != "nothing":
        member = _RETURNS.get(function["returns"]["type"])
        if member is None:
            raise NoValue(f"{name}: returns {function['returns']['type']}, which is looked at nowhere")
        call = f"r->{member} = {call}"
    lines = [f"static void call_{name}(const union argument *a, struct result *r)", "{",
             "    (void)a;", "    (void)r;", f"    {call};", "}", "",
             f"static void good_{name}(const struct fixture *f, union argument *a, struct domain *d)", "{", "    (void)f;"]
    for _, good in described:
        lines += [*(f"    {assignment};" for assignment in good), "    a++;", "    d++;"]
    lines += ["    (void)a;", "    (void)d;", "}", ""]
    returns = {"status": "RETURNS_STATUS", "nothing": "RETURNS_NOTHING"}.get(
        kind, f"RETURNS_{_RETURNS.get(function['returns']['type'], '').upper()}")
    table = f'    {{"{name}", {returns}, {int(name in _TOO_LATE)}, call_{name}, good_{name}, {len(parameters)}, ' \
            f"{{{', '.join(c for c, _ in described) or '{0}'}}}}},"
    return lines, table


def generate(api):
    functions = [_function(function) for function in api["functions"]]
    lines = ["/* Made by tests/arguments/generate.py from dnn-api.json. */", '#include "arguments.h"', "", "#include <float.h>", "#include <stddef.h>",
             "", "/* A text that may not be written, where the type of an argument would allow it. */",
             "static void *text_of(const char *text)", "{", "    return (void *)(intptr_t)text;", "}", ""]
    for helpers, _ in functions:
        lines += helpers
    lines += ["const struct function functions[] = {", *(table for _, table in functions), "};", "",
              "const int function_count = sizeof functions / sizeof *functions;"]
    return "\n".join(lines) + "\n"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        api = json.load(file)
    try:
        print(generate(api), end="")
    except NoValue as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
