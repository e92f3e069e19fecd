/**
 * Reads protocol buffers' text format (`.pbtxt`) into any message. Fields that the message does not have
 * are passed over.
 *
 * @see https://protobuf.dev/reference/protobuf/textformat-spec/
 */
import { create, ScalarType, type DescField, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { ModelFileError } from './model-format.js';

const DEEPEST = 100;

/** @throws ModelFileError with the line that cannot be read */
export function messageOfText<Schema extends DescMessage>(schema: Schema, text: string): MessageShape<Schema> {
  const message = create(schema);
  new Reader(text).message(reflect(schema, message), undefined, 0);
  return message;
}

type Token =
  | { readonly kind: 'name' | 'number' | 'sign'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly bytes: number[]; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const names = /[A-Za-z_][A-Za-z0-9_.]*/y;
const numbers = /[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[fFuUlL]*/y;
/** Nobody writes a whole number with more digits, and making one of millions takes minutes. */
const MOST_DIGITS = 100;
const blank = /\s+|#[^\n]*/y;

class Reader {
  private at = 0;
  private token: Token;

  constructor(private readonly text: string) {
    this.token = this.next();
  }

  /** Fields up to `close`, or to the end of the text. */
  message(into: ReflectMessage | undefined, close: string | undefined, depth: number): void {
    if (depth > DEEPEST) throw this.error('It is nested too deep.');
    for (;;) {
      const { token } = this;
      if (token.kind === 'end') {
        if (close !== undefined) throw this.error(`A ${close} is missing at the end.`);
        return;
      }
      if (token.kind === 'sign' && token.text === close) {
        this.advance();
        return;
      }
      if (token.kind === 'sign' && (token.text === ';' || token.text === ',')) {
        this.advance();
        continue;
      }
      this.field(into, depth);
    }
  }

  private field(into: ReflectMessage | undefined, depth: number): void {
    const { token } = this;
    let name: string;
    if (token.kind === 'name') {
      name = token.text;
      this.advance();
    } else if (token.kind === 'sign' && token.text === '[') {
      // An extension or a packed Any: whatever it is, the messages here have none.
      name = '';
      while (!(this.token.kind === 'sign' && this.token.text === ']')) {
        if (this.token.kind === 'end') throw this.error('A ] is missing.');
        this.advance();
      }
      this.advance();
    } else throw this.error('A field’s name is wanted here.');
    const field = into?.fields.find((one) => one.name === name);
    const colon = this.accept(':');
    if (this.accept('[')) {
      while (!this.accept(']')) {
        this.value(into, field, colon, depth);
        this.accept(',');
      }
    } else this.value(into, field, colon, depth);
  }

  private value(into: ReflectMessage | undefined, field: DescField | undefined, colon: boolean, depth: number): void {
    const { token } = this;
    if (token.kind === 'sign' && (token.text === '{' || token.text === '<')) {
      this.advance();
      this.nested(into, field, token.text === '{' ? '}' : '>', depth);
      return;
    }
    if (!colon) throw this.error('A : or { is wanted after a field’s name.');
    if (token.kind === 'sign' || token.kind === 'end') throw this.error('A value is wanted here.');
    const bytes = token.kind === 'string' ? [...token.bytes] : [];
    this.advance();
    // Strings in a row are one.
    for (; token.kind === 'string' && this.token.kind === 'string'; this.advance())
      for (const byte of this.token.bytes) bytes.push(byte);
    if (!into || !field) return;
    const value = token.kind === 'string' ? Uint8Array.from(bytes) : token.text;
    if (field.fieldKind === 'scalar') into.set(field, this.scalar(field.scalar, value));
    else if (field.fieldKind === 'enum') into.set(field, this.enumeration(field.enum, value));
    else if (field.fieldKind === 'list' && field.listKind === 'scalar')
      into.get(field).add(this.scalar(field.scalar, value));
    else if (field.fieldKind === 'list' && field.listKind === 'enum')
      into.get(field).add(this.enumeration(field.enum, value));
    else throw this.error(`${field.name} is a message: { is wanted.`);
  }

  private nested(into: ReflectMessage | undefined, field: DescField | undefined, close: string, depth: number): void {
    if (!into || !field) {
      this.message(undefined, close, depth + 1);
      return;
    }
    if (field.fieldKind === 'message') {
      const inner = reflect(field.message, create(field.message));
      this.message(inner, close, depth + 1);
      into.set(field, inner);
    } else if (field.fieldKind === 'list' && field.listKind === 'message') {
      const inner = reflect(field.message, create(field.message));
      this.message(inner, close, depth + 1);
      into.get(field).add(inner);
    } else if (field.fieldKind === 'map') this.entry(into, field, close, depth);
    else throw this.error(`${field.name} is no message.`);
  }

  /** Maps are written as messages of `key` and `value`. */
  private entry(
    into: ReflectMessage,
    field: DescField & { readonly fieldKind: 'map' },
    close: string,
    depth: number,
  ): void {
    let key: unknown = field.mapKey === ScalarType.STRING ? '' : field.mapKey === ScalarType.BOOL ? false : 0;
    let value: unknown;
    while (!this.accept(close)) {
      const { token } = this;
      if (token.kind !== 'name') throw this.error('key or value is wanted here.');
      this.advance();
      const colon = this.accept(':');
      const { token: content } = this;
      if (token.text === 'value' && field.mapKind === 'message') {
        const inner = reflect(field.message, create(field.message));
        const opening = this.accept('{') ? '}' : this.accept('<') ? '>' : undefined;
        if (!opening) throw this.error('{ is wanted here.');
        this.message(inner, opening, depth + 2);
        value = inner;
      } else {
        if (!colon || content.kind === 'sign' || content.kind === 'end') throw this.error('A value is wanted here.');
        this.advance();
        const raw = content.kind === 'string' ? Uint8Array.from(content.bytes) : content.text;
        if (token.text === 'key') key = this.scalar(field.mapKey, raw);
        else if (field.mapKind === 'enum') value = this.enumeration(field.enum, raw);
        else if (field.mapKind === 'scalar') value = this.scalar(field.scalar, raw);
      }
      if (!this.accept(',')) this.accept(';');
    }
    if (value === undefined && field.mapKind === 'message') value = reflect(field.message, create(field.message));
    if (value !== undefined) into.get(field).set(key as string, value);
  }

  private scalar(type: ScalarType, value: string | Uint8Array): unknown {
    switch (type) {
      case ScalarType.STRING:
        if (typeof value === 'string') throw this.error('Text in quotes is wanted.');
        return getTextEncoding().decodeUtf8(value);
      case ScalarType.BYTES:
        if (typeof value === 'string') throw this.error('Text in quotes is wanted.');
        return value;
      case ScalarType.BOOL:
        return value === 'true' || value === 't' || value === '1' || value === 'True';
      case ScalarType.FLOAT:
      case ScalarType.DOUBLE:
        return floating(String(value));
      case ScalarType.INT64:
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
      case ScalarType.SFIXED64:
      case ScalarType.SINT64:
        return this.integer(String(value));
      default:
        return Number(this.integer(String(value)));
    }
  }

  private integer(text: string): bigint {
    const digits = text.replace(/[uUlL]+$/, '');
    const sign = digits.startsWith('-') ? -1n : 1n;
    if (digits.length > MOST_DIGITS) throw this.error('A number has too many digits.');
    try {
      return sign * BigInt(digits.replace(/^[-+]/, '').replace(/^0(?=[0-7]+$)/, '0o'));
    } catch {
      throw this.error(`${text} is no whole number.`);
    }
  }

  private enumeration(
    type: { readonly values: readonly { readonly name: string; readonly number: number }[] },
    value: string | Uint8Array,
  ): number {
    const found = type.values.find(({ name }) => name === value);
    if (found) return found.number;
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw this.error(`${String(value)} is not known here.`);
  }

  private accept(sign: string): boolean {
    if (this.token.kind !== 'sign' || this.token.text !== sign) return false;
    this.advance();
    return true;
  }

  private advance(): void {
    this.token = this.next();
  }

  private next(): Token {
    const { text } = this;
    // One after another: a single expression for all of them would fill the stack with a long comment's lines.
    for (blank.lastIndex = this.at; blank.test(text);) this.at = blank.lastIndex;
    const { at } = this;
    if (at >= text.length) return { kind: 'end', at };
    const letter = text[at]!;
    if (letter === '"' || letter === "'") return this.quoted(letter);
    for (const [kind, pattern] of [
      ['number', numbers],
      ['name', names],
    ] as const) {
      pattern.lastIndex = at;
      const [found] = pattern.exec(text) ?? [];
      if (found === undefined) continue;
      this.at = at + found.length;
      return { kind, text: found, at };
    }
    if (text.startsWith('-inf', at) || text.startsWith('-nan', at)) {
      names.lastIndex = at + 1;
      const word = `-${names.exec(text)![0]}`;
      this.at = at + word.length;
      return { kind: 'number', text: word, at };
    }
    this.at = at + 1;
    return { kind: 'sign', text: letter, at };
  }

  private quoted(quote: string): Token {
    const start = this.at;
    const { text } = this;
    const bytes: number[] = [];
    let at = start + 1;
    for (;;) {
      const letter = text[at];
      if (letter === undefined || letter === '\n') throw this.error('A text is not closed.', start);
      if (letter === quote) break;
      if (letter !== '\\') {
        const code = text.codePointAt(at)!;
        if (code < 0x80) bytes.push(code);
        else bytes.push(...getTextEncoding().encodeUtf8(String.fromCodePoint(code)));
        at += code > 0xffff ? 2 : 1;
        continue;
      }
      const escape = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/y;
      escape.lastIndex = at;
      const found = escape.exec(text);
      if (!found) throw this.error('A \\ stands alone.', at);
      const [whole, octal, hex, short, long, plain] = found;
      if (octal !== undefined) bytes.push(parseInt(octal, 8) & 0xff);
      else if (hex !== undefined) bytes.push(parseInt(hex, 16));
      else if (short !== undefined || long !== undefined) {
        const code = parseInt(short ?? long!, 16);
        if (code > 0x10ffff) throw this.error('There is no such letter.', at);
        bytes.push(...getTextEncoding().encodeUtf8(String.fromCodePoint(code)));
      } else bytes.push(escapes[plain!] ?? plain!.charCodeAt(0));
      at += whole.length;
    }
    this.at = at + 1;
    return { kind: 'string', bytes, at: start };
  }

  private error(message: string, at = this.token.at): ModelFileError {
    const line = this.text.slice(0, at).split('\n').length;
    return new ModelFileError(`Line ${line}: ${message}`);
  }
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

function floating(text: string): number {
  const plain = text.replace(/[fF]$/, '').toLowerCase();
  if (/^[-+]?nan$/.test(plain)) return NaN;
  // `inf` has lost its last letter if it was taken for a suffix.
  if (/^[-+]?in(f(inity)?)?$/.test(plain)) return plain.startsWith('-') ? -Infinity : Infinity;
  return Number(plain);
}
