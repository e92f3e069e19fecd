"""Writes src/shared/graph/generated: message types of TensorFlow's graphs and SavedModels.

TensorFlow's wheel holds no .proto sources, but its modules carry their descriptors; protoc-gen-es
takes those as well as protoc's. Needed only when the messages change, so neither is a dependency:

    npm install --prefix /tmp/gen @bufbuild/protoc-gen-es@2.17.0      (Node 22 or later)
    python scripts/generate-graph-types.py /tmp/gen/node_modules/.bin/protoc-gen-es

`python` is one with the package `tensorflow-cpu`.
"""

import pathlib
import subprocess
import sys

from google.protobuf.compiler import plugin_pb2
from tensorflow.core.protobuf import saved_model_pb2

PREFIX = "tensorflow/core/"
out = pathlib.Path(__file__).resolve().parent.parent / "src/shared/graph/generated"
request = plugin_pb2.CodeGeneratorRequest(parameter="target=ts,import_extension=js")
seen = set()


def visit(file):
    if file.name in seen:
        return
    seen.add(file.name)
    for dependency in file.dependencies:
        visit(dependency)
    file.CopyToProto(request.proto_file.add())
    # Google's own messages come with @bufbuild/protobuf.
    if file.name.startswith(PREFIX):
        request.file_to_generate.append(file.name)


visit(saved_model_pb2.DESCRIPTOR)
answer = subprocess.run([sys.argv[1]], input=request.SerializeToString(), capture_output=True, check=True)
response = plugin_pb2.CodeGeneratorResponse.FromString(answer.stdout)
if response.error:
    sys.exit(response.error)
for file in response.file:
    path = out / file.name.removeprefix(PREFIX)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.content)
    print(path)
