/**
 * Which files a package index offers for a package: Python's simple API in JSON where the index has it,
 * in HTML elsewhere (PEP 503, 691), and folders or pages of wheels (`find-links`).
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { EngineContext } from '../engine-context.js';
import { errorCode } from '../engine-failure.js';
import { shownAddress } from './address.js';
import { NetworkFailure } from './http-client.js';
import { normalizedName } from './versions.js';
import { parseWheelName, type WheelName } from './wheel-name.js';

export interface OfferedWheel extends WheelName {
  readonly file: string;
  /** `https:` or `file:`. */
  readonly url: string;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly yanked: boolean;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const ACCEPT = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`;

const answer = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()).default({}),
      size: z.number().optional(),
      yanked: z.union([z.boolean(), z.string()]).default(false),
    }),
  ),
});

/** An index that cannot be asked, or that does not know the package. */
export interface IndexTrouble {
  /** Without credentials. */
  readonly index: string;
  readonly failure: NetworkFailure;
}

export interface Offer {
  readonly wheels: readonly OfferedWheel[];
  readonly troubles: readonly IndexTrouble[];
}

/** All wheels of a package, of all indexes; an index that fails is told beside what the others have. */
export async function offeredWheels(
  context: Pick<EngineContext, 'settings' | 'http' | 'signal'>,
  name: string,
): Promise<Offer> {
  const { settings } = context;
  const troubles: IndexTrouble[] = [];
  const wheels: OfferedWheel[] = [];
  const places = [
    ...settings.findLinks.map((place) => ({ place, isIndex: false })),
    ...settings.indexes.map((place) => ({ place, isIndex: true })),
  ];
  for (const { place, isIndex } of places) {
    try {
      const found =
        isIndex || /^https?:/.test(place)
          ? await askPage(context, isIndex ? `${place.replace(/\/*$/, '')}/${normalizedName(name)}/` : place)
          : listFolder(place);
      wheels.push(...found.filter((wheel) => wheel.name === normalizedName(name)));
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      troubles.push({ index: shownAddress(place), failure: error });
    }
  }
  return { wheels, troubles };
}

async function askPage(context: Pick<EngineContext, 'http' | 'signal'>, address: string): Promise<OfferedWheel[]> {
  if (address.startsWith('file:')) return listFolder(fileURLToPath(address));
  const { text, type, url } = await context.http.text(address, { headers: { accept: ACCEPT }, signal: context.signal });
  return /json/.test(type) ? wheelsInJson(text, url) : wheelsInHtml(text, url);
}

/** @throws NetworkFailure where it is no such answer */
export function wheelsInJson(text: string, base: string): OfferedWheel[] {
  let parsed: z.infer<typeof answer>;
  try {
    parsed = answer.parse(JSON.parse(text));
  } catch {
    throw new NetworkFailure(
      `${shownAddress(base)} did not answer as a package index does.`,
      'Check the index’s address (PIP_INDEX_URL, pip.conf).',
    );
  }
  return parsed.files.flatMap((file) => {
    const name = parseWheelName(file.filename);
    if (!name) return [];
    return [
      {
        ...name,
        file: file.filename,
        url: new URL(file.url, base).href,
        sha256: file.hashes['sha256']?.toLowerCase(),
        bytes: file.size,
        yanked: file.yanked !== false,
      },
    ];
  });
}

/** One link a file; the checksum is the address's fragment. */
export function wheelsInHtml(text: string, base: string): OfferedWheel[] {
  const baseTag = /<base\s[^>]*href\s*=\s*["']([^"']+)["']/i.exec(text)?.[1];
  const root = baseTag === undefined ? base : new URL(unescaped(baseTag), base).href;
  const wheels: OfferedWheel[] = [];
  for (const [, attributes = ''] of text.matchAll(/<a\s([^>]*)>/gi)) {
    const [, double, single] = /href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes) ?? [];
    const href = double ?? single;
    if (href === undefined) continue;
    const url = new URL(unescaped(href), root);
    const file = decodeURIComponent(path.posix.basename(url.pathname));
    const name = parseWheelName(file);
    if (!name) continue;
    const sha256 = /sha256=([0-9a-f]{64})/i.exec(url.hash)?.[1]?.toLowerCase();
    url.hash = '';
    wheels.push({ ...name, file, url: url.href, sha256, yanked: /\bdata-yanked\b/i.test(attributes) });
  }
  return wheels;
}

function listFolder(folder: string): OfferedWheel[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    // pip, too, goes on without a folder that is not there.
    return [];
  }
  return files.flatMap((file) => {
    const name = parseWheelName(file);
    return name ? [{ ...name, file, url: pathToFileURL(path.join(folder, file)).href, yanked: false }] : [];
  });
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
