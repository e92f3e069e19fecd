"""Writes src/shared/events/generated: message types of TensorBoard's event files.

TensorBoard's wheel holds no .proto sources, but its modules carry their descriptors; protoc-gen-es
takes those as well as protoc's. Needed only when the messages change, so neither is a dependency:

    npm install --prefix /tmp/gen @bufbuild/protoc-gen-es@2.17.0      (Node 22 or later)
    python scripts/generate-event-types.py /tmp/gen/node_modules/.bin/protoc-gen-es

`python` is one with the package `tensorboard`.
"""

import pathlib
import subprocess
import sys

from google.protobuf.compiler import plugin_pb2
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.hparams import plugin_data_pb2

out = pathlib.Path(__file__).resolve().parent.parent / "src/shared/events/generated"
request = plugin_pb2.CodeGeneratorRequest(parameter="target=ts,import_extension=js")
seen = set()


def visit(file):
    if file.name in seen:
        return
    seen.add(file.name)
    for dependency in file.dependencies:
        visit(dependency)
    file.CopyToProto(request.proto_file.add())
    # Google's own are in @bufbuild/protobuf.
    if not file.name.startswith("google/"):
        request.file_to_generate.append(file.name)


visit(event_pb2.DESCRIPTOR)
visit(plugin_data_pb2.DESCRIPTOR)
answer = subprocess.run([sys.argv[1]], input=request.SerializeToString(), capture_output=True, check=True)
response = plugin_pb2.CodeGeneratorResponse.FromString(answer.stdout)
if response.error:
    sys.exit(response.error)
for file in response.file:
    name = pathlib.PurePosixPath(file.name)
    # Messages of events lie side by side here, those of a plug-in in a folder of its name.
    path = out / (f"{name.parent.name}/{name.name}" if "plugins" in name.parts else name.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.content)
    print(path)
