/** Two runs side by side: their settings and last values, and what differs in the code that they trained. */
import { useEffect, useState } from 'react';
import { formatValue } from '../../../charts/format.js';
import { nameOfRun } from '../../../state/run-names.js';
import { server } from '../../../state/server.js';
import { isAdded } from '../../../state/runs-sync.js';
import { messageOf } from '../../../../src/shared/base/message-of.js';
import type { RunSummary } from '../../../../src/shared/protocol/rpc.js';
import { runPlaces } from '../../../../src/shared/base/places.js';
import { Icon } from '../../../ui/icon.js';
import { diffLines, hunks, type DiffLine } from './line-diff.js';
import type { RunRow } from './run-columns.js';

export function RunsCompared({
  first,
  second,
  close,
}: {
  readonly first: RunRow;
  readonly second: RunRow;
  close(): void;
}) {
  const lines = comparedValues(first, second);
  const one = nameOfRun(first.run.id);
  const other = nameOfRun(second.run.id);
  return (
    <div className="runs-compared" role="region" aria-label={`${one} compared with ${other}`}>
      <div className="runs-table-bar">
        <button className="button" autoFocus onClick={close}>
          <Icon name="arrow-left" />
          All runs
        </button>
        <span className="runs-table-count">
          {one} → {other}
        </span>
      </div>
      <div className="runs-compared-body">
        <table className="runs-table">
          <thead>
            <tr>
              <th scope="col">Setting or value</th>
              <th scope="col" title={one}>
                {one}
              </th>
              <th scope="col" title={other}>
                {other}
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ name, one, other }) => (
              <tr key={name} data-differs={one !== other || undefined}>
                <th scope="row">{name}</th>
                <td>{one}</td>
                <td>{other}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <CodeCompared first={first.run} second={second.run} />
      </div>
    </div>
  );
}

/** What differs comes first. */
function comparedValues(
  first: RunRow,
  second: RunRow,
): readonly { readonly name: string; readonly one: string; readonly other: string }[] {
  const names = new Set([...Object.keys(first.settings), ...Object.keys(second.settings)]);
  const metrics = new Set([...Object.keys(first.run.last), ...Object.keys(second.run.last)]);
  const lines = [
    ...[...names].map((name) => ({ name, one: first.settings[name] ?? '–', other: second.settings[name] ?? '–' })),
    ...[...metrics].map((name) => ({
      name,
      one: formatValue(first.run.last[name]),
      other: formatValue(second.run.last[name]),
    })),
  ];
  return lines.sort((a, b) => Number(a.one === a.other) - Number(b.one === b.other));
}

type Code =
  | { readonly kind: 'reading' }
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly files: readonly { readonly name: string; readonly lines: readonly (DiffLine | undefined)[] }[];
    };

function CodeCompared({ first, second }: { readonly first: RunSummary; readonly second: RunSummary }) {
  const [code, setCode] = useState<Code>({ kind: 'reading' });
  useEffect(() => {
    let gone = false;
    compareCode(first, second).then(
      (found) => !gone && setCode(found),
      (error: unknown) => !gone && setCode({ kind: 'none', why: messageOf(error) }),
    );
    return () => {
      gone = true;
    };
  }, [first, second]);
  switch (code.kind) {
    case 'reading':
      return <p className="runs-table-count">Reading the code of both runs…</p>;
    case 'none':
      return <p className="runs-table-count">The code is not compared: {code.why}</p>;
    case 'read':
      return (
        <>
          {code.files.length === 0 && <p className="runs-table-count">Both trained the same code.</p>}
          {code.files.map(({ name, lines }) => (
            <figure key={name} className="runs-diff">
              <figcaption>{name}</figcaption>
              <pre className="selectable">
                {lines.map((line, index) =>
                  line === undefined ? (
                    <span key={index} className="runs-diff-gap">
                      …{'\n'}
                    </span>
                  ) : (
                    <span key={index} data-kind={line.kind}>
                      {`${String(line.line).padStart(4)} ${{ same: ' ', gone: '−', new: '+' }[line.kind]} ${line.text}\n`}
                    </span>
                  ),
                )}
              </pre>
            </figure>
          ))}
        </>
      );
  }
}

async function compareCode(first: RunSummary, second: RunSummary): Promise<Code> {
  if (isAdded(first) || isAdded(second)) {
    return { kind: 'none', why: 'a run of another folder has none here.' };
  }
  const [one, other] = await Promise.all([codeOf(first), codeOf(second)]);
  if (one.size === 0 || other.size === 0) {
    return { kind: 'none', why: 'one of the runs kept no copy of its experiment.' };
  }
  const files = [...new Set([...one.keys(), ...other.keys()])].sort().flatMap((name) => {
    const lines = hunks(diffLines(one.get(name) ?? '', other.get(name) ?? ''));
    return lines.length === 0 ? [] : [{ name, lines }];
  });
  return { kind: 'read', files };
}

const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx|json)$/;
const MOST_FILES = 200;

async function codeOf(run: RunSummary): Promise<ReadonlyMap<string, string>> {
  const root = `${run.path}/${runPlaces.experiment}`;
  const files = new Map<string, string>();
  const look = async (folder: string): Promise<void> => {
    for (const entry of await server().request('file/list', { path: folder })) {
      const path = `${folder}/${entry.name}`;
      if (entry.kind === 'folder') await look(path);
      else if (SOURCE.test(entry.name) && files.size < MOST_FILES) {
        files.set(path.slice(root.length + 1), (await server().request('file/read', { path })).text);
      }
    }
  };
  await look(root);
  return files;
}
