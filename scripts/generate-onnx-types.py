"""Writes src/shared/models/generated/onnx_pb.ts: the message types of ONNX models.

Their descriptors come with ONNX's own package. Needed only when the messages change, so neither is a
dependency:

    npm install --prefix /tmp/gen @bufbuild/protoc-gen-es@2.17.0      (Node 22 or later)
    python scripts/generate-onnx-types.py /tmp/gen/node_modules/.bin/protoc-gen-es

`python` is one with the package `onnx`.
"""

import pathlib
import subprocess
import sys

from google.protobuf.compiler import plugin_pb2
from onnx import onnx_ml_pb2

out = pathlib.Path(__file__).resolve().parent.parent / "src/shared/models/generated/onnx_pb.ts"
request = plugin_pb2.CodeGeneratorRequest(parameter="target=ts,import_extension=js")
file = request.proto_file.add()
onnx_ml_pb2.DESCRIPTOR.CopyToProto(file)
request.file_to_generate.append(file.name)
answer = subprocess.run([sys.argv[1]], input=request.SerializeToString(), capture_output=True, check=True)
response = plugin_pb2.CodeGeneratorResponse.FromString(answer.stdout)
if response.error:
    sys.exit(response.error)
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(response.file[0].content)
print(out)
