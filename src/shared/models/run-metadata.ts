/**
 * The graphs in TensorFlow's RunMetadata, which `tf.summary.trace_export` writes of the functions that it traced.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/config.proto
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';

const FUNCTION_GRAPHS = 4;
/** As the person wrote it, before anything was made faster. */
const PRE_OPTIMIZATION_GRAPH = 2;

/** GraphDefs, still in bytes. @throws what the parser throws where it is damaged */
export function tracedGraphs(metadata: Uint8Array): readonly Uint8Array[] {
  return fieldsOf(metadata, FUNCTION_GRAPHS).flatMap((one) => fieldsOf(one, PRE_OPTIMIZATION_GRAPH));
}

function fieldsOf(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === wanted) found.push(reader.bytes());
    else reader.skip(wire, field);
  }
  return found;
}
