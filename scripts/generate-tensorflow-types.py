"""Writes src/shared/generated: message types of TensorFlow's graphs, SavedModels and event files, and of
TensorBoard's hparams.

The wheels hold no .proto sources, but their modules carry their descriptors; protoc-gen-es takes those as well as
protoc's. Needed only when the messages change, so neither is a dependency:

    npm install --prefix /tmp/gen @bufbuild/protoc-gen-es@2.17.0
    python scripts/generate-tensorflow-types.py /tmp/gen/node_modules/.bin/protoc-gen-es

`python` is one with the packages `tensorflow-cpu` and `tensorboard`.
"""

import pathlib
import subprocess
import sys

from google.protobuf.compiler import plugin_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.core.util import event_pb2

out = pathlib.Path(__file__).resolve().parent.parent / "src/shared/generated"
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
    if not file.name.startswith("google/"):
        request.file_to_generate.append(file.name)


for module in (saved_model_pb2, event_pb2, plugin_data_pb2):
    visit(module.DESCRIPTOR)
answer = subprocess.run([sys.argv[1]], input=request.SerializeToString(), capture_output=True, check=True)
response = plugin_pb2.CodeGeneratorResponse.FromString(answer.stdout)
if response.error:
    sys.exit(response.error)
for file in response.file:
    path = out / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.content)
    print(path)
