/** A package index of one's own with tiny wheels, and an installer's context in a temporary folder. */
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as zlib from 'node:zlib';
import { afterEach } from 'vitest';
import type { EngineMessage } from '../../../src/shared/protocol/engine.js';
import type { EngineContext } from '../../../src/engine/engine-context.js';
import { HttpClient } from '../../../src/engine/index/http-client.js';
import { readPipSettings } from '../../../src/engine/index/pip-settings.js';
import type { Machine } from '../../../src/engine/machine/machine.js';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstep-engine-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A ZIP file with deflated entries. */
export function tinyWheel(entries: Readonly<Record<string, string | Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = Buffer.from(content);
    const packed = zlib.deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(zlib.crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}

/** Bytes that do not compress, the same every time. */
export function noise(length: number, seed = 'noise'): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

export const libraries = {
  'tensorflow/libtensorflow_cc.so.2': noise(400_000, 'cc'),
  'tensorflow/libtensorflow_framework.so.2': noise(50_000, 'framework'),
} as const;

export function tensorflowWheel(more: Readonly<Record<string, string | Buffer>> = {}): Buffer {
  return tinyWheel({
    'tensorflow/python/ops.py': 'print()',
    'tensorflow/include/tensorflow/c/c_api.h': '// a header\n',
    ...libraries,
    ...more,
  });
}

export interface OfferedFile {
  readonly name: string;
  readonly content: Buffer;
  /** What the index says; by default the right one. */
  readonly sha256?: string;
}

export interface FakeIndexOptions {
  readonly html?: boolean;
  readonly ranges?: boolean;
  /** `user:password` that is asked for. */
  readonly credentials?: string;
}

export class FakeIndex {
  readonly requests: { readonly path: string; readonly range?: string }[] = [];
  /** The next whole or continuing download ends after as many bytes. */
  cutAfter: number | undefined;
  /** Downloads stop, open, after as many bytes. */
  stallAfter: number | undefined;
  onStall: () => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly packages: Readonly<Record<string, readonly OfferedFile[]>>,
    private readonly options: FakeIndexOptions,
  ) {}

  static async start(
    packages: Readonly<Record<string, readonly OfferedFile[]>>,
    options: FakeIndexOptions = {},
  ): Promise<FakeIndex> {
    const server = createServer((request, response) => index.answer(request, response));
    const index = new FakeIndex(server, packages, options);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return index;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    const who = this.options.credentials ? `${this.options.credentials}@` : '';
    return `http://${who}127.0.0.1:${this.port}/simple`;
  }

  /** Requests for files that asked for all, or for all from somewhere on. */
  get downloads(): readonly { readonly path: string; readonly range?: string }[] {
    return this.requests.filter(
      ({ path: at, range }) => at.startsWith('/files/') && (range === undefined || range.endsWith('-')),
    );
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://index');
    const range = request.headers.range;
    this.requests.push({ path: pathname, range });
    const { credentials } = this.options;
    if (credentials && request.headers.authorization !== `Basic ${Buffer.from(credentials).toString('base64')}`) {
      response.writeHead(401).end();
      return;
    }
    const [, kind, name = ''] = pathname.split('/');
    const files = Object.values(this.packages).flat();
    if (kind === 'files') {
      const file = files.find((offered) => offered.name === name);
      if (file) this.send(file.content, range, response);
      else response.writeHead(404).end();
      return;
    }
    const offered = this.packages[name];
    if (!offered) {
      response.writeHead(404).end();
      return;
    }
    if (this.options.html) {
      const links = offered.map(
        (file) =>
          `<a data-requires-python="&gt;=3.10" href="../../files/${file.name}#sha256=${checksum(file)}">${file.name}</a><br/>`,
      );
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!DOCTYPE html><body>${links.join('\n')}</body>`);
    } else {
      const answer = {
        meta: { 'api-version': '1.1' },
        name,
        files: offered.map((file) => ({
          filename: file.name,
          url: `/files/${file.name}`,
          hashes: { sha256: checksum(file) },
          size: file.content.length,
        })),
      };
      response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' }).end(JSON.stringify(answer));
    }
  }

  private send(content: Buffer, range: string | undefined, response: ServerResponse): void {
    const [, from, to] = (this.options.ranges ?? true) ? (/^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []) : [];
    const start = Number(from ?? 0);
    const end = to ? Number(to) + 1 : content.length;
    const whole = !to;
    if (from !== undefined && start >= content.length) {
      response.writeHead(416).end();
      return;
    }
    const piece = content.subarray(start, end);
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': piece.length,
      ...(from === undefined
        ? {}
        : { 'content-range': `bytes ${start}-${start + piece.length - 1}/${content.length}` }),
    });
    const limit = whole ? (this.cutAfter ?? this.stallAfter) : undefined;
    if (limit === undefined || limit >= piece.length) {
      response.end(piece);
      return;
    }
    const cut = this.cutAfter !== undefined;
    this.cutAfter = undefined;
    response.write(piece.subarray(0, limit), () => {
      setTimeout(() => (cut ? response.destroy() : this.onStall()), 50);
    });
  }
}

function checksum(file: OfferedFile): string {
  return file.sha256 ?? createHash('sha256').update(file.content).digest('hex');
}

export const wheelName = 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';

export interface TestContext extends EngineContext {
  readonly home: string;
  readonly said: readonly EngineMessage[];
  abort(): void;
}

export interface ContextOptions {
  readonly home?: string;
  readonly machine?: Partial<Machine>;
  readonly environment?: NodeJS.ProcessEnv;
  /** What the stand-in for a compiler does instead of compiling: JavaScript. */
  readonly compiler?: string;
  /** Of the process that proves: JavaScript. */
  readonly proof?: string;
  /** Of the trainer in its `backends` mode: JavaScript. */
  readonly trainer?: string;
  readonly openFile?: EngineContext['openFile'];
  onSay?(message: EngineMessage): void;
}

/** Everything but the network's other end is real files and processes; compiler, proof and trainer are scripts. */
export function testContext(indexUrl: string, options: ContextOptions = {}): TestContext {
  const home = options.home ?? temporaryFolder();
  const tools = temporaryFolder();
  const script = (name: string, text: string): string => {
    const file = path.join(tools, name);
    writeFileSync(file, text);
    return file;
  };
  const source = path.join(tools, 'addon');
  mkdirSync(path.join(source, 'binding'), { recursive: true });
  writeFileSync(path.join(source, 'binding', 'binding.cc'), '');
  const addonPreface = path.join(tools, 'preface.h');
  writeFileSync(addonPreface, '');
  const compiler = script(
    'compiler',
    options.compiler === undefined
      ? `#!/bin/sh\n[ "$1" = --version ] && { echo test compiler 1.0; exit; }\nfor last; do :; done\nprintf 'the addon' > "$last"\n`
      : `#!${process.execPath}\nif (process.argv[2] === '--version') console.log('test compiler 1.0'); else { ${options.compiler} }`,
  );
  chmodSync(compiler, 0o755);
  const environment = {
    PATH: process.env['PATH'],
    CXX: compiler,
    PIP_INDEX_URL: indexUrl,
    BACKSTEP_HOME: home,
    ...options.environment,
  };
  const settings = readPipSettings({ environment, platform: 'linux', userHome: tools });
  const stop = new AbortController();
  const said: EngineMessage[] = [];
  return {
    home,
    said,
    abort: () => stop.abort(),
    places: {
      engines: path.join(home, 'engines'),
      addonSource: source,
      addonPreface,
      nodeHeaders: tools,
      prebuilds: path.join(tools, 'prebuilds'),
      proof: script(
        'proof.cjs',
        options.proof ?? "process.send({ kind: 'proven', version: '2.21.0', gpu: false }, () => process.exit(0));",
      ),
      trainer: script(
        'trainer.cjs',
        options.trainer ??
          "process.send(JSON.stringify({ kind: 'backends', statuses: [{ backend: 'tensorflow', works: true, device: 'CPU' }] }), () => process.exit(0));",
      ),
    },
    machine: { platform: 'linux-x64', glibc: '2.36', avx: true, ...options.machine },
    settings: { ...settings, timeoutMs: 5000 },
    http: new HttpClient({ ...settings, timeoutMs: 5000 }, environment, tools),
    environment,
    signal: stop.signal,
    say: (message) => {
      said.push(message);
      options.onSay?.(message);
    },
    openFile: options.openFile ?? ((file) => createWriteStream(file, { flags: 'wx' })),
  };
}
