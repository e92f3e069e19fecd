import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { csv, imageFolder } from '../../../../src/trainer/runtime/data/datasets.js';
import type { DatasetDescription } from '../../../../src/trainer/runtime/data/batch-stream.js';
import { loadData } from '../../../../src/trainer/runtime/experiment-data.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { classFolders, environment, temporaryFolder } from '../data/data-fixtures.js';

describe('training and validation data given apart', () => {
  const root = (files: Readonly<Record<string, string>>): string => {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    return folder;
  };
  const load = async (folder: string, train: DatasetDescription, validation: DatasetDescription) => {
    const data = await loadData(
      { data: () => ({ train, validation }) } as unknown as Experiment,
      {},
      environment(folder),
    );
    await data.close();
    return data.info;
  };
  const tables = (train: string, validation: string) =>
    load(
      root({ 'train.csv': train, 'validation.csv': validation }),
      csv('train.csv', { target: 'y' }),
      csv('validation.csv', { target: 'y' }),
    );

  it('go together where they mean the same', async () => {
    expect(await tables('x,y\n1,a\n2,b\n', 'x,y\n3,b\n4,a\n5,a\n')).toMatchObject({
      trainExamples: 2,
      validationExamples: 3,
      classNames: ['a', 'b'],
    });
  });

  it('are refused with the names of classes that only one of them has', async () => {
    await expect(tables('x,y\n1,a\n2,b\n3,c\n', 'x,y\n1,b\n2,c\n3,d\n')).rejects.toThrow(
      'Training and validation data have different classes: only training has a; only validation has d.',
    );
    const folder = temporaryFolder();
    await classFolders(path.join(folder, 'one'), { red: 2, blue: 2, green: 2 });
    await classFolders(path.join(folder, 'two'), { red: 2, blue: 2 });
    const size = { imageSize: [12, 12] } as const;
    const refused = load(folder, imageFolder('one', size), imageFolder('two', size));
    await expect(refused).rejects.toThrow('only training has green.');
    await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining('train/ and validation/') as unknown });
  });

  it('are refused where texts make other columns', async () => {
    await expect(tables('x,y\nred,1\nblue,2\n', 'x,y\nred,1\nred,2\n')).rejects.toThrow(
      'different input columns: only training has x=blue.',
    );
  });
});
