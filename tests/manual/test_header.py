"""scripts/dnn_header.py refuses a header whose comments leave something out.

usage: test_header.py SOURCE_DIR
"""
import pathlib
import sys

source = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(source / "scripts"))
import dnn_header

text = (source / "include/dnn.h").read_text(encoding="utf-8")
whole = dnn_header.parse(text)
assert text.count("\nDNN_API ") == len(whole.functions), "a function was missed"

MISTAKES = {
    "a parameter without a line": (" * @param layer  0 to L − 1\n", ""),
    "a parameter of another name": ("@param recipe  ", "@param recipes  "),
    "a parameter of which nothing is said": ("@param[out] theta  [dnn_model_parameter_count]", "@param[out] theta "),
    "[out] of what cannot be written": ("@param path      the file", "@param[out] path  the file"),
    "a value without @return": (" * @return n_layer; −1 if there is no such layer", ""),
    "a function without a comment": ("/** Releases a workspace. Since 0.1.\n * @param workspace  NULL does nothing */", ""),
    "a command that is not known": ("@return samples a second", "@returns samples a second"),
    "no version": ("/** Releases a trainer. The model keeps the weights. Since 0.1.", "/** Releases a trainer."),
    "a section without its group": ("@defgroup workspace Workspace", "workspace"),
}
failed = 0
for what, (right, wrong) in MISTAKES.items():
    assert right in text, what
    try:
        dnn_header.parse(text.replace(right, wrong, 1))
        print(f"FAILED: not noticed: {what}")
        failed += 1
    except dnn_header.HeaderError as error:
        print(f"{what}: {error}")
sys.exit(failed)
