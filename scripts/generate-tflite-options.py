"""Writes src/shared/models/generated/tflite-options.ts: what TensorFlow Lite's operators are told, by the numbers of
their tables and fields. Needed only when its schema grows:

    python scripts/generate-tflite-options.py

`python` is one with the package `tensorflow-cpu`, whose schema is code; nothing of it is imported.
"""

import importlib.util
import pathlib
import re

package = pathlib.Path(importlib.util.find_spec("tensorflow").origin).parent
source = (package / "lite/python/schema_py_generated.py").read_text()
out = pathlib.Path(__file__).resolve().parent.parent / "src/shared/models/generated/tflite-options.ts"
classes = dict(re.findall(r"^class (\w+)\(object\):\n((?:(?: .*)?\n)+)", source, re.M))

HEADER = '''/**
 * What TensorFlow Lite's operators are told, by the number of the table that says it: each field with its number, its
 * name, its type and what it is where it is left out. Written by scripts/generate-tflite-options.py.
 */

'''


def enumeration(name):
    return {int(number): word for word, number in re.findall(r"^    (\w+) = (\d+)$", classes[name], re.M)}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def type_of(name, flags):
    if name == "Padding":
        return "Padding"
    if name.endswith("ActivationFunction"):
        return "Activation"
    return "Type" if flags == "Int8" and name.endswith("Type") and name != "KernelType" else flags


def fields(name):
    found = []
    for field, argument, body in re.findall(r"    def (\w+)\(self(, j)?\):\n((?:        .*\n)+)", classes[name]):
        if field.endswith(("AsNumpy", "Length", "IsNone")) or field == "Init":
            continue
        place = re.search(r"Offset\((\d+)\)", body)
        flags = re.search(r"Get\(\s*flatbuffers\.number_types\.(\w+)Flags", body)
        if not place or not flags or (argument and flags[1] not in ("Int32", "Int64", "Float32")):
            continue
        usual = re.findall(r"return (?:bool\()?(-?[\d.]+|True)\)?$", body, re.M)[-1:]
        usual = {"True": "1"}.get(*usual, usual[0]) if usual else "0"
        kind = f"{flags[1]}[]" if argument else type_of(field, flags[1])
        number = (int(place[1]) - 4) // 2
        found.append(f"{number}:{snake(field)}:{kind}" + (f"={usual}" if float(usual) else ""))
    return " ".join(found)


def union(name, exported, comment):
    tables = enumeration(name)
    rows = "".join(
        f"  {number}: '{text}',\n" for number, table in sorted(tables.items()) if number and (text := fields(table))
    )
    return f"/** {comment} */\nexport const {exported}: Readonly<Record<string, string>> = {{\n{rows}}};\n\n"


def names(name, exported, comment):
    words = enumeration(name)
    row = " ".join(words.get(number, "?") for number in range(max(words) + 1))
    return f"/** {comment} */\nexport const {exported} = '{row}'.split(' ');\n"


out.write_text(
    HEADER
    + union("BuiltinOptions", "builtinOptions", "Of operators up to StableHLO’s.")
    + union("BuiltinOptions2", "laterOptions", "Of those that came when the first list was full.")
    + names("ActivationFunctionType", "activations", "What is applied to what an operator gives.")
)
print(out)
