/**
 * Protocol buffers' text format (`.pbtxt`), as people and TensorFlow's tools read it: any message, fields
 * in their order. Writes only.
 *
 * @see https://protobuf.dev/reference/protobuf/textformat-spec/
 */
import { ScalarType, type DescField, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';

export function textOfMessage<Schema extends DescMessage>(schema: Schema, message: MessageShape<Schema>): string {
  const lines: string[] = [];
  writeMessage(reflect(schema, message), '', lines);
  return lines.map((line) => `${line}\n`).join('');
}

function writeMessage(message: ReflectMessage, indent: string, lines: string[]): void {
  for (const field of message.sortedFields) {
    if (message.isSet(field)) writeField(message, field, indent, lines);
  }
}

function writeField(message: ReflectMessage, field: DescField, indent: string, lines: string[]): void {
  switch (field.fieldKind) {
    case 'message':
      writeNested(field.name, message.get(field) as ReflectMessage, indent, lines);
      break;
    case 'enum':
      lines.push(`${indent}${field.name}: ${enumText(field, message.get(field) as number)}`);
      break;
    case 'scalar':
      lines.push(`${indent}${field.name}: ${scalarText(field.scalar, message.get(field))}`);
      break;
    case 'list':
      for (const item of message.get(field) as Iterable<unknown>) {
        if (field.listKind === 'message') writeNested(field.name, item as ReflectMessage, indent, lines);
        else if (field.listKind === 'enum') lines.push(`${indent}${field.name}: ${enumText(field, item as number)}`);
        else lines.push(`${indent}${field.name}: ${scalarText(field.scalar, item)}`);
      }
      break;
    case 'map':
      // Sorted, so that the same message gives the same text.
      for (const [key, value] of [...(message.get(field) as Iterable<[unknown, unknown]>)].sort(byKey)) {
        lines.push(`${indent}${field.name} {`);
        const inner = `${indent}  `;
        lines.push(`${inner}key: ${scalarText(field.mapKey, key)}`);
        if (field.mapKind === 'message') writeNested('value', value as ReflectMessage, inner, lines);
        else if (field.mapKind === 'enum') lines.push(`${inner}value: ${enumText(field, value as number)}`);
        else lines.push(`${inner}value: ${scalarText(field.scalar, value)}`);
        lines.push(`${indent}}`);
      }
  }
}

function writeNested(name: string, message: ReflectMessage, indent: string, lines: string[]): void {
  lines.push(`${indent}${name} {`);
  writeMessage(message, `${indent}  `, lines);
  lines.push(`${indent}}`);
}

function byKey([a]: [unknown, unknown], [b]: [unknown, unknown]): number {
  return String(a) < String(b) ? -1 : 1;
}

function enumText(field: { readonly enum: NonNullable<DescField['enum']> }, value: number): string {
  return field.enum.value[value]?.name ?? String(value);
}

function scalarText(type: ScalarType, value: unknown): string {
  // Text may stand as it is beyond ASCII; bytes may not.
  if (value instanceof Uint8Array) return quoted([...value], 127);
  if (type === ScalarType.STRING)
    return quoted(
      Array.from(String(value), (letter) => letter.codePointAt(0)!),
      Infinity,
    );
  if (typeof value === 'number') return numberText(value, type === ScalarType.FLOAT);
  return String(value);
}

function numberText(value: number, isFloat: boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  // Nine digits tell any two numbers of single precision apart.
  return isFloat && !Number.isInteger(value) ? String(Number(value.toPrecision(9))) : String(value);
}

const escapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 34: '\\"', 39: "\\'", 92: '\\\\' };

function quoted(codes: readonly number[], end: number): string {
  const letters = codes.map((code) => {
    const isPlain = code >= 32 && code !== 127 && code < end;
    return escapes[code] ?? (isPlain ? String.fromCodePoint(code) : `\\${code.toString(8).padStart(3, '0')}`);
  });
  return `"${letters.join('')}"`;
}
