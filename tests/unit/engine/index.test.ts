import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { shortenedLog } from '../../../src/engine/build/run-process.js';
import { compilerHint } from '../../../src/engine/build/compiler.js';
import { credentialsInNetrc, shownAddress } from '../../../src/engine/index/address.js';
import { chooseWheel } from '../../../src/engine/index/choose-wheel.js';
import { parseConfiguration, readPipSettings } from '../../../src/engine/index/pip-settings.js';
import { wheelsInHtml } from '../../../src/engine/index/simple-index.js';
import { compareVersions, satisfies } from '../../../src/engine/index/versions.js';
import { parseWheelName } from '../../../src/engine/index/wheel-name.js';
import { ProgressTeller } from '../../../src/engine/jobs/progress.js';
import { hasAvx, macosVersion } from '../../../src/engine/machine/machine.js';
import { temporaryFolder } from './support.js';

describe('pip’s settings', () => {
  const read = (environment: NodeJS.ProcessEnv, userHome = '/nowhere') =>
    readPipSettings({
      environment: { XDG_CONFIG_DIRS: '/nowhere', PIP_CONFIG_FILE: '/dev/null', ...environment },
      platform: 'linux',
      userHome,
    });

  test('none: PyPI', () => {
    expect(read({})).toMatchObject({ indexes: ['https://pypi.org/simple'], findLinks: [], trustedHosts: [] });
  });

  test('variables, and no-index', () => {
    const settings = read({
      PIP_INDEX_URL: 'https://index.example/simple',
      PIP_EXTRA_INDEX_URL: 'https://one.example/ https://two.example/',
      PIP_TRUSTED_HOST: 'index.example',
      PIP_CERT: '/certificates.pem',
      PIP_DEFAULT_TIMEOUT: '180',
      PIP_PROXY: 'proxy.example:3128',
    });
    expect(settings).toMatchObject({
      indexes: ['https://index.example/simple', 'https://one.example/', 'https://two.example/'],
      trustedHosts: ['index.example'],
      certificates: '/certificates.pem',
      timeoutMs: 180_000,
      proxy: 'proxy.example:3128',
    });
    expect(read({ PIP_NO_INDEX: 'true', PIP_FIND_LINKS: '/a /b' })).toMatchObject({
      indexes: [],
      findLinks: ['/a', '/b'],
    });
  });

  test('files: a command’s section over [global], the nearer file over the farther, variables over all', () => {
    const home = temporaryFolder();
    mkdirSync(path.join(home, '.config/pip'), { recursive: true });
    mkdirSync(path.join(home, '.pip'));
    writeFileSync(path.join(home, '.pip/pip.conf'), '[global]\nindex-url = https://legacy.example\ntimeout = 60\n');
    writeFileSync(
      path.join(home, '.config/pip/pip.conf'),
      '# mine\n[global]\nindex_url: https://user.example\nextra-index-url =\n    https://one.example\n    https://two.example\n[install]\ntrusted-host = a b\n',
    );
    const named = path.join(home, 'named.conf');
    writeFileSync(named, '[global]\nindex-url = https://named.example\n');
    expect(read({ PIP_CONFIG_FILE: '' }, home)).toMatchObject({
      indexes: ['https://user.example', 'https://one.example', 'https://two.example'],
      trustedHosts: ['a', 'b'],
      timeoutMs: 60_000,
    });
    expect(read({ PIP_CONFIG_FILE: named }, home).indexes[0]).toBe('https://named.example');
    expect(read({ PIP_CONFIG_FILE: named, PIP_INDEX_URL: 'https://variable.example' }, home).indexes[0]).toBe(
      'https://variable.example',
    );
    expect(read({}, home).indexes).toEqual(['https://pypi.org/simple']);
  });

  test('values in several lines end at the next name', () => {
    const [section] = parseConfiguration('[a]\nx = 1\n  2\ny = 3\n').values();
    expect(Object.fromEntries(section!)).toEqual({ x: '1\n2', y: '3' });
  });
});

describe('credentials', () => {
  test('are never shown', () => {
    expect(shownAddress('https://me:pass@host/simple/?token=abc')).toBe('https://host/simple/');
    expect(shownAddress('ht tp://me:pass@host/')).not.toContain('pass');
  });

  test('from .netrc, by host or by default', () => {
    const text =
      'machine other login a password b\n# no\nmachine host\n  login me\n  password secret\ndefault login x password y';
    expect(credentialsInNetrc(text, 'host')).toEqual({ user: 'me', password: 'secret' });
    expect(credentialsInNetrc(text, 'elsewhere')).toEqual({ user: 'x', password: 'y' });
    expect(credentialsInNetrc('machine other login a password b', 'host')).toBeUndefined();
  });
});

describe('wheels', () => {
  test('names', () => {
    expect(
      parseWheelName('nvidia_cublas_cu12-12.9.1.4-py3-none-manylinux_2_27_x86_64.manylinux2014_x86_64.whl'),
    ).toEqual({
      name: 'nvidia-cublas-cu12',
      version: '12.9.1.4',
      python: 'py3',
      platforms: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
    });
    expect(parseWheelName('tensorflow-2.21.0.tar.gz')).toBeUndefined();
  });

  test('versions', () => {
    expect([...['2.9.1', '2.21.0', '2.20.0']].sort(compareVersions)).toEqual(['2.9.1', '2.20.0', '2.21.0']);
    const wanted = '<13.0,>=12.5.3.2';
    expect(['12.5.3.2', '12.9', '13.0', '12.5.3.1', '12.6.0rc1'].map((version) => satisfies(version, wanted))).toEqual([
      ...[true, true, false, false, false],
    ]);
    expect(satisfies('2.21.0', '==2.21.0')).toBe(true);
    expect(satisfies('2.21', '==2.21.0')).toBe(true);
    expect(satisfies('1.4.9', '~=1.4.2')).toBe(true);
    expect(satisfies('1.5.0', '~=1.4.2')).toBe(false);
    expect(satisfies('2.21.3', '==2.21.*')).toBe(true);
    expect(satisfies('2.21.3', '===?')).toBe(false);
  });

  test('in HTML: relative links, checksums in fragments, withdrawn ones, other files', () => {
    const page = `<a href="../../files/a-1.0-py3-none-any.whl#sha256=${'0A'.repeat(32)}" data-yanked="oops">a</a>
      <a href='https://cdn.example/b-2.0-py3-none-any.whl?x=1&amp;y=2'>b</a><a href="a-1.0.tar.gz">c</a><a>d</a>`;
    expect(wheelsInHtml(page, 'https://index.example/simple/a/')).toMatchObject([
      { url: 'https://index.example/files/a-1.0-py3-none-any.whl', sha256: '0a'.repeat(32), yanked: true },
      { url: 'https://cdn.example/b-2.0-py3-none-any.whl?x=1&y=2', sha256: undefined, yanked: false },
    ]);
  });

  test('the choice: newest that fits, not withdrawn, whatever its Python, the same every time', () => {
    const wheels = ['2.21.0-cp310', '2.21.0-cp313', '2.20.0-cp313'].map((text) => {
      const [version, python] = text.split('-') as [string, string];
      const file = `tensorflow_cpu-${version}-${python}-${python}-manylinux_2_27_x86_64.whl`;
      return { ...parseWheelName(file)!, file, url: `https://h/${file}`, yanked: false };
    });
    const wish = { specifiers: '>=2.20', platform: /x86_64$/ };
    const choice = chooseWheel(wheels, wish, { glibc: '2.36' });
    expect(choice).toMatchObject({ kind: 'wheel', wheel: { version: '2.21.0', python: 'cp313' } });
    const withdrawn = wheels.map((wheel) => ({ ...wheel, yanked: wheel.version === '2.21.0' }));
    expect(chooseWheel(withdrawn, wish, { glibc: '2.36' })).toMatchObject({ wheel: { version: '2.20.0' } });
    expect(chooseWheel(wheels, wish, { glibc: '2.26' })).toEqual({ kind: 'system-too-old', needs: { glibc: '2.27' } });
    expect(chooseWheel(wheels, { ...wish, platform: /aarch64$/ }, {})).toEqual({ kind: 'none', versions: [] });
  });
});

describe('the machine', () => {
  test('AVX, by its own word', () => {
    expect(hasAvx('processor : 0\nflags\t\t: fpu sse4_2 avx avx2\n')).toBe(true);
    expect(hasAvx('flags : fpu sse4_2 avx2like\n')).toBe(false);
    expect(hasAvx('Features : asimd\n')).toBeUndefined();
  });

  test('macOS by its kernel', () => {
    expect(['20.6.0', '24.1.0', '25.0.0'].map(macosVersion)).toEqual(['11.0', '15.0', '26.0']);
  });

  test('a compiler’s command by the system', () => {
    expect(compilerHint('linux', 'NAME="Debian"\nID=debian\n')).toContain('apt install g++');
    expect(compilerHint('linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"')).toContain('dnf install gcc-c++');
    expect(compilerHint('darwin', undefined)).toContain('xcode-select --install');
    expect(compilerHint('linux', undefined)).toContain('CXX');
  });
});

describe('progress', () => {
  test('some messages a second, with the time that is left by the pace', () => {
    let now = 0;
    const told: { doneBytes?: number; secondsLeft?: number }[] = [];
    const teller = new ProgressTeller(
      (progress) => told.push(progress),
      () => now,
    );
    teller.begin('downloading', 'Downloading');
    // Going on at a half: what was there before counts for no pace.
    for (let bytes = 500; bytes <= 1000; bytes += 10) {
      teller.bytes(bytes, 1000);
      now += 100;
    }
    expect(told.length).toBeLessThan(30);
    // 100 bytes a second.
    const middle = told.find(({ doneBytes }) => doneBytes === 800)!;
    expect(middle.secondsLeft).toBeCloseTo(2, 1);
    expect(told.at(-1)).toMatchObject({ doneBytes: 1000, secondsLeft: 0 });
  });

  test('a log without an error is its end', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
    expect(shortenedLog(lines, 3)).toBe('… 97 lines before\nline 97\nline 98\nline 99');
    expect(shortenedLog('\n')).toBeUndefined();
  });
});
