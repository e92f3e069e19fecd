"""Writes src/shared/models/generated/op-outputs.ts: what the ops of a GraphDef give.

A GraphDef names an op's outputs by its definition, which is not in the file. Listed are the ops with several outputs, or
with one whose type is not that of the attribute `dtype` or else `T`; those that only datasets, TPUs and tests have are not.

    python scripts/generate-op-outputs.py

`python` is one with the package `tensorflow-cpu`.
"""

import pathlib
import re

import tensorflow  # noqa: F401: fills the registry
from tensorflow.core.framework import op_def_pb2, types_pb2
from tensorflow.python.client import pywrap_tf_session

root = pathlib.Path(__file__).resolve().parent.parent
buffer = pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList())
ops = op_def_pb2.OpList()
ops.ParseFromString(buffer)
unwanted = re.compile(
    r"^_|>|^(Xla|TPU|Tpu|Collective|Boosted|Experimental|Retrieve|Risc|Sdca|Debug|Load|Test|Foo|DataService|Enqueue)"
    r"|Dataset|Quantiz|InputTwo|TwoFloat|TwoInt|FloatOutput|IntOutput|SparseCore|Embedding|Infeed|Outfeed|NcclI|Dummy"
)


def default(op):
    names = [attr.name for attr in op.attr if attr.type == "type"]
    return next((name for name in ("dtype", "T") if name in names), None)


def word(type):
    return types_pb2.DataType.Name(type)[3:].lower().removesuffix("_ref")


def kind(op, arg):
    """`T`: of the attribute's type; `T=float` where files may leave it out. `T*N`: N of them. `T[]`: a list. `=bool`: of this."""
    if arg.type_list_attr:
        return arg.type_list_attr + "[]"
    usual = next((attr.default_value.type for attr in op.attr if attr.name == arg.type_attr), 0)
    own = arg.type_attr + ("=" + word(arg.type or usual) if arg.type or usual else "")
    return own + ("*" + arg.number_attr if arg.number_attr else "")


lines = []
for op in sorted(ops.op, key=lambda op: op.name):
    outputs = [(arg.name, kind(op, arg)) for arg in op.output_arg]
    if unwanted.search(op.name) or not outputs or (len(outputs) == 1 and outputs[0][1] == default(op)):
        continue
    lines.append(f"  {op.name}: '{' '.join(':'.join(output) for output in outputs)}',")

target = root / "src/shared/models/generated/op-outputs.ts"
target.write_text(
    "/**\n"
    " * What TensorFlow's ops give, each output by its name and type: of an attribute (`T`), of several (`T*N`), of a list of\n"
    " * types (`T[]`), with what it is where files leave it out (`T=float`), or always the same (`=bool`). Written by scripts/generate-op-outputs.py.\n"
    " */\n"
    "export const opOutputs: Readonly<Record<string, string>> = {\n" + "\n".join(lines) + "\n};\n"
)
print(len(lines), "ops")
