/**
 * The person's own package index settings, as pip reads them: environment variables over
 * configuration files over PyPI. Needs neither Python nor pip. Knows files and variables, not the network.
 * Source: pip's "Configuration" page (locations, order and sections).
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../engine-failure.js';

export interface PipSettings {
  /** Addresses of simple indexes, the main one first; may hold credentials. */
  readonly indexes: readonly string[];
  /** Folders, or addresses of pages, that wheels are looked for in as well. */
  readonly findLinks: readonly string[];
  /** Hosts (`host` or `host:port`) whose certificates are not checked. */
  readonly trustedHosts: readonly string[];
  /** A file with certificate authorities. */
  readonly certificates?: string;
  readonly proxy?: string;
  readonly timeoutMs: number;
  /** Of configuration files that could not be read: told, not fatal. */
  readonly warnings: readonly string[];
}

const DEFAULT_INDEX = 'https://pypi.org/simple';
const DEFAULT_TIMEOUT_S = 30;

export interface SettingsSource {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly userHome: string;
}

type Options = Map<string, string>;

export function readPipSettings(source: SettingsSource): PipSettings {
  const { environment } = source;
  const warnings: string[] = [];
  const options: Options = new Map();
  for (const file of configurationFiles(source)) {
    const text = readText(file, warnings);
    if (text === undefined) continue;
    const sections = parseConfiguration(text);
    // pip's own order: what a command says for itself is stronger than [global].
    for (const section of ['global', 'download', 'install']) {
      for (const [name, value] of sections.get(section) ?? []) options.set(name, value);
    }
  }
  for (const [name, value] of Object.entries(environment)) {
    if (value && /^PIP_[A-Z_]+$/i.test(name)) {
      options.set(
        name
          .slice(4)
          .toLowerCase()
          .replaceAll('_', '-')
          .replace(/^default-timeout$/, 'timeout'),
        value,
      );
    }
  }
  const noIndex = isTrue(options.get('no-index'));
  const timeout = Number(options.get('timeout') ?? options.get('default-timeout') ?? DEFAULT_TIMEOUT_S);
  return {
    indexes: noIndex ? [] : [options.get('index-url') ?? DEFAULT_INDEX, ...words(options.get('extra-index-url'))],
    findLinks: words(options.get('find-links')),
    trustedHosts: words(options.get('trusted-host')),
    certificates:
      options.get('cert') ??
      environment['REQUESTS_CA_BUNDLE'] ??
      environment['CURL_CA_BUNDLE'] ??
      environment['SSL_CERT_FILE'],
    proxy: options.get('proxy'),
    timeoutMs: Math.max(5, Number.isFinite(timeout) ? timeout : DEFAULT_TIMEOUT_S) * 1000,
    warnings,
  };
}

/** Weakest first. */
function configurationFiles({ environment, platform, userHome }: SettingsSource): string[] {
  const named = environment['PIP_CONFIG_FILE'];
  // pip's way to say that no file counts.
  if (named === '/dev/null' || named?.toLowerCase() === 'nul') return [];
  const files: string[] = [];
  const virtualEnvironment = environment['VIRTUAL_ENV'];
  if (platform === 'win32') {
    files.push(path.join(environment['ProgramData'] ?? 'C:\\ProgramData', 'pip', 'pip.ini'));
    files.push(path.join(userHome, 'pip', 'pip.ini'));
    if (environment['APPDATA']) files.push(path.join(environment['APPDATA'], 'pip', 'pip.ini'));
    if (virtualEnvironment) files.push(path.join(virtualEnvironment, 'pip.ini'));
  } else {
    const shared = (environment['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':').filter(Boolean).reverse();
    if (platform === 'darwin') files.push('/Library/Application Support/pip/pip.conf');
    else files.push(...shared.map((folder) => path.join(folder, 'pip', 'pip.conf')));
    files.push('/etc/pip.conf', path.join(userHome, '.pip', 'pip.conf'));
    if (platform === 'darwin') files.push(path.join(userHome, 'Library', 'Application Support', 'pip', 'pip.conf'));
    files.push(path.join(environment['XDG_CONFIG_HOME'] || path.join(userHome, '.config'), 'pip', 'pip.conf'));
    if (virtualEnvironment) files.push(path.join(virtualEnvironment, 'pip.conf'));
  }
  if (named) files.push(named);
  return files;
}

function readText(file: string, warnings: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') warnings.push(`${file} cannot be read (${code ?? String(error)})`);
    return undefined;
  }
}

/** Python's configparser, as far as pip's files use it: sections, `=` or `:`, values on several indented lines. */
export function parseConfiguration(text: string): Map<string, Options> {
  const sections = new Map<string, Options>();
  let section: Options | undefined;
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const heading = /^\[([^\]]+)\]/.exec(line);
    if (heading) {
      const name = heading[1]!.trim();
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      last = undefined;
    } else if (/^\s/.test(line) && section && last !== undefined) {
      section.set(last, `${section.get(last) ?? ''}\n${line.trim()}`.trim());
    } else {
      const [, name, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
      if (!section || name === undefined) continue;
      last = name.trim().toLowerCase().replaceAll('_', '-');
      section.set(last, value!.trim());
    }
  }
  return sections;
}

function words(text: string | undefined): string[] {
  return text?.split(/\s+/).filter(Boolean) ?? [];
}

function isTrue(text: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(text ?? '');
}
