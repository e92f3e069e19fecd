"""Writes src/trainer/runtime/compiled/generated/op-table.ts: what a GraphDef has to say about each op.

Eager execution infers most attributes; a graph must state them, so the compiled step needs to know which
attributes an op has and which of its inputs they follow from. Listed are the ops that TensorFlow.js's
kernels name, those that Backstep's own sources name, and the families that a training step is made of, so
that it rarely has to be run anew:

    python scripts/generate-op-table.py

`python` is one with the package `tensorflow-cpu`.
"""

import pathlib
import re

import tensorflow  # noqa: F401: fills the registry
from tensorflow.python.framework import op_def_registry
from tensorflow.python.ops import (
    gen_array_ops,
    gen_math_ops,
    gen_nn_ops,
    gen_stateless_random_ops,
    gen_training_ops,
)

root = pathlib.Path(__file__).resolve().parent.parent
kernels = root / "node_modules/@tensorflow/tfjs-node-gpu/dist"
runtime = root / "src/trainer/runtime"
sources = [
    *kernels.glob("kernels/*.js"),
    kernels / "nodejs_kernel_backend.js",
    *runtime.glob("backend/**/*.ts"),
    *(file for file in runtime.glob("compiled/**/*.ts") if "generated" not in file.parts),
]
names = set()
for file in sources:
    text = file.read_text()
    names.update(re.findall(r"['\"]([A-Z_][A-Za-z0-9]+)['\"]", text))
    names.update(re.findall(r"\btfjs_1\.([A-Z][A-Za-z0-9]+)", text))


def family(module):
    # Functions, named in snake case or as the op is.
    for name in dir(module):
        yield name
        yield "".join(part[:1].upper() + part[1:] for part in name.split("_"))


unwanted = re.compile(r"quant|^Fake|^Debug|^Batch(?!MatMul)|^Sparse(?!Softmax)|Ref[A-Z]|Ragged|String", re.IGNORECASE)
for module in (gen_array_ops, gen_math_ops, gen_nn_ops, gen_stateless_random_ops):
    names.update(name for name in family(module) if not unwanted.search(name))
names.update(name for name in family(gen_training_ops) if name.startswith("ResourceApply"))


def argument(arg):
    """`T`: of the attribute's type. `T*N`: N of them. `T[]`: a list of types. `-`: of a fixed type."""
    if arg.type_list_attr:
        return arg.type_list_attr + "[]"
    return (arg.type_attr or "-") + ("*" + arg.number_attr if arg.number_attr else "")


lines = []
for name in sorted(names):
    op = op_def_registry.get(name)
    if op is None or op.deprecation.version:
        continue
    inputs = ", ".join(f"'{argument(arg)}'" for arg in op.input_arg)
    attributes = ", ".join(f"{attr.name}: '{attr.type}'" for attr in op.attr)
    stateful = ", stateful: true" if op.is_stateful else ""
    lines.append(f"  {name}: {{ inputs: [{inputs}], attributes: {{ {attributes} }}{stateful} }},\n")

out = runtime / "compiled/generated/op-table.ts"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(
    "/** Written by scripts/generate-op-table.py from TensorFlow's registry of ops; not to be changed by hand. */\n"
    "import type { OpSignature } from '../op-signature.js';\n\n"
    "export const opTable: Readonly<Record<string, OpSignature | undefined>> = {\n" + "".join(lines) + "};\n"
)
print(len(lines), "ops,", out.stat().st_size, "bytes")
