import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { csv, type CsvOptions } from '../../../../../src/trainer/runtime/data/datasets.js';
import { environment, readPass, realData, temporaryFolder, type TestEnvironment, withData } from '../data-fixtures.js';

function table(text: string): TestEnvironment {
  const root = temporaryFolder();
  writeFileSync(path.join(root, 'table.csv'), text);
  return environment(root);
}

async function read(at: TestEnvironment, options: CsvOptions) {
  return withData(await csv('table.csv', { shuffle: false, ...options }).load(at), async (data) => ({
    info: data.info,
    featureNames: data.featureNames,
    train: await readPass(data.train),
    validation: data.validation && (await readPass(data.validation)),
  }));
}

const failure = async (text: string, options: CsvOptions): Promise<string> => {
  const error: unknown = await csv('table.csv', options)
    .load(table(text))
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'DataError' });
  return (error as Error).message;
};

describe('tables', () => {
  it('of numbers and classes', async () => {
    const at = table('a,b,kind\n1,2,dog\n3,4,cat\n\n5,6,dog\n');
    const { info, featureNames, train } = await read(at, { target: 'kind' });
    expect(info).toMatchObject({ source: 'file', classNames: ['cat', 'dog'], trainExamples: 3 });
    expect(featureNames).toEqual(['a', 'b']);
    expect(train).toEqual([
      {
        xs: [1, 2, 3, 4, 5, 6],
        xsShape: [3, 2],
        ys: [0, 1, 1, 0, 0, 1],
        ysShape: [3, 2],
        names: ['line 2', 'line 3', 'line 5'],
        size: 3,
      },
    ]);
    expect(await csv('table.csv', { target: 'kind' }).outline(at)).toMatchObject({ inputShape: [2], targetShape: [2] });
  });

  it('of numbers to predict', async () => {
    const { info, train } = await read(table('x;y\n1;0.5\n2;-1\n'), { target: 'y' });
    expect(info.classNames).toBeUndefined();
    expect(train[0]).toMatchObject({ xs: [1, 2], ys: [0.5, -1], ysShape: [2, 1] });
  });

  it('with numbers as classes, in order of size, and sparse labels', async () => {
    const { info, train } = await read(table('x,y\n1,10\n2,9\n3,10\n'), {
      target: 'y',
      targetKind: 'classes',
      labelMode: 'sparse',
    });
    expect(info.classNames).toEqual(['9', '10']);
    expect(train[0]).toMatchObject({ ys: [1, 0, 1], ysShape: [3, 1] });
  });

  it('turn text features into one column a value', async () => {
    const { featureNames, train } = await read(table('size,colour,y\n1,red,1\n2,"blue, dark",2\n'), { target: 'y' });
    expect(featureNames).toEqual(['size', 'colour=blue, dark', 'colour=red']);
    expect(train[0]!.xs).toEqual([1, 0, 1, 2, 1, 0]);
  });

  it('leave out rows without a value, and say how many', async () => {
    const at = table('a,b,y\n1,NA,x\n2,3,y\n,4,x\n5,6,x\n');
    const { train } = await read(at, { target: 'y' });
    expect(train[0]).toMatchObject({ xs: [2, 3, 5, 6], names: ['line 3', 'line 5'] });
    expect(at.problems.map(({ message }) => message)).toEqual([
      '2 of 4 rows of table.csv lack a value and are left out.',
    ]);
    // A gap in a column that is not used does not matter.
    expect((await read(at, { target: 'y', features: ['a'] })).train[0]!.xs).toEqual([1, 2, 5]);
  });

  it('are brought to mean 0 and spread 1 by their training rows', async () => {
    const rows = Array.from({ length: 20 }, (_, row) => `${row},7,${row % 2 ? 'x' : 'y'}`).join('\n');
    const { train, validation } = await read(table(`a,b,y\n${rows}\n`), {
      target: 'y',
      standardize: true,
      validationSplit: 0.2,
    });
    const values = train[0]!.xs.filter((_, index) => index % 2 === 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(values).toHaveLength(16);
    expect(mean).toBeCloseTo(0, 5);
    expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1, 5);
    // A column that never changes says nothing.
    expect(new Set(train[0]!.xs.filter((_, index) => index % 2 === 1))).toEqual(new Set([0]));
    expect(validation![0]!.ys.filter((_, index) => index % 2 === 0).reduce((sum, value) => sum + value, 0)).toBe(2);
  });

  it('may have no line of names, and Windows line ends with a byte order mark', async () => {
    const { train } = await read(table('\ufeff1,2\r\n3,4\r\n'), { target: 'out', columns: ['in', 'out'] });
    expect(train[0]).toMatchObject({ xs: [1, 3], ys: [2, 4] });
  });

  it('are shuffled by seed and epoch, and skipped into', async () => {
    const at = table(`x,y\n${Array.from({ length: 30 }, (_, row) => `${row},${row}`).join('\n')}\n`);
    await withData(await csv('table.csv', { target: 'y', batchSize: 8 }).load(at), async ({ train }) => {
      const first = await readPass(train, { epoch: 1 });
      expect(await readPass(train, { epoch: 1 })).toEqual(first);
      expect(await readPass(train, { epoch: 1, skip: 2 })).toEqual(first.slice(2));
      expect(await readPass(train, { epoch: 2 })).not.toEqual(first);
      expect(first.map(({ size }) => size)).toEqual([8, 8, 8, 6]);
    });
  });

  it('that cannot be used are refused in plain words', async () => {
    expect(await failure('a,b\n1,2\n', { target: 'kind' })).toContain("has no column 'kind'");
    expect(await failure('a,b\n1,2\n', { target: 'b', features: ['c'] })).toContain("has no column 'c'");
    expect(await failure('a,b\n1,2\n', { target: 'b', features: ['b'] })).toContain('among the features');
    expect(await failure('a,b\n', { target: 'b' })).toContain('no rows');
    expect(await failure('', { target: 'b' })).toContain('empty');
    expect(await failure('a,b\n1,2\n1,2,3\n', { target: 'b' })).toContain('is not a table');
    expect(await failure('a,b\n1,2\n1\n', { target: 'b' })).toMatch(/table\.csv, line 3 .*has 1 cell, unlike/);
    expect(await failure('a,b\n1,"2\n', { target: 'b' })).toMatch(/line 2 .*a quotation mark there has no partner/);
    await expect(csv('table.csv', { target: 'b' }).load(table('1,2\n3,4\n'))).rejects.toMatchObject({
      hint: expect.stringContaining("columns: ['…', 'b']") as unknown,
    });
    expect(await failure('a,a\n1,2\n', { target: 'a' })).toContain("two columns named 'a'");
    expect(await failure('a,b\n1,x\n2,x\n', { target: 'b' })).toContain('the same value');
    expect(await failure('a,b\n1,x\n2,7\n', { target: 'b', targetKind: 'number' })).toContain(
      "line 2, column 'b': 'x'",
    );
    expect(await failure('a,b\n,1\n,2\n', { target: 'b' })).toContain('lacks a value');
    await expect(csv('nothing.csv', { target: 'b' }).load(environment('/tmp'))).rejects.toThrow(
      "no data 'nothing.csv'",
    );
  });

  describe('with a slip in a column of numbers', () => {
    const column = (cell: string): string => `x,y\n${[1, 2, 3, 4].map((n) => `${n},${n % 2}`).join('\n')}\n${cell},1\n`;
    const slip = async (cell: string, options: Partial<CsvOptions> = {}): Promise<{ message: string; hint: string }> =>
      await csv('table.csv', { target: 'y', ...options })
        .load(table(column(cell)))
        .then(
          () => expect.fail('it was taken'),
          (error: unknown) => error as { message: string; hint: string },
        );

    it('name the file, line, column and cell, and what to do', async () => {
      const { message, hint } = await slip('abc');
      expect(message).toMatch(
        /table\.csv, line 6, column 'x': 'abc' is not a number, though the other 4 values are\.$/,
      );
      expect(hint).toContain("missing: ['abc']");
      expect(hint).toContain("categories: ['x']");
      expect((await slip('1e400')).message).toContain("'1e400' is larger than 3.4e38");
      expect((await slip('1e39')).message).toContain("'1e39' is larger than 3.4e38");
      expect((await slip('0x10')).message).toContain("'0x10' is not written as a decimal number");
      expect((await slip('-Infinity')).message).toContain('is not a finite number');
      expect((await slip('"1,5"')).hint).toContain("decimal: ','");
    });

    it('name the other lines too', async () => {
      const rows = Array.from({ length: 60 }, (_, row) => (row % 20 === 3 ? 'bad' : row)).join('\n');
      const error = await csv('table.csv', { target: 'x', columns: ['x'] })
        .load(table(rows))
        .catch((reason: unknown) => reason as Error);
      expect((error as Error).message).toContain('line 4');
      expect((error as Error).message).toContain('So are 2 more, in lines 24, 44.');
      expect((error as { hint?: string }).hint).toContain("targetKind: 'classes'");
    });

    it('go on without it where that is asked for', async () => {
      const at = table(column('abc'));
      expect((await read(at, { target: 'y', missing: ['ABC'] })).train[0]!.xs).toEqual([1, 2, 3, 4]);
      const { featureNames } = await read(at, { target: 'y', categories: ['x'] });
      expect(featureNames).toEqual(['x=1', 'x=2', 'x=3', 'x=4', 'x=abc']);
      const wrong = csv('table.csv', { target: 'y', categories: ['z'] }).load(at);
      await expect(wrong).rejects.toThrow("categories names 'z'");
    });

    it('leave columns of texts alone, some of which look like numbers', async () => {
      const { featureNames } = await read(table('x,y\n1,0\n2,1\n5+,0\n5+,1\n3,0\n'), { target: 'y' });
      expect(featureNames).toEqual(['x=1', 'x=2', 'x=3', 'x=5+']);
    });
  });

  it('of other writing: decimal commas, UTF-16, Windows letters', async () => {
    const german = await read(table('x;y\r\n1,5;-2,25\r\n3;1e-1\r\n'), { target: 'y', decimal: ',' });
    expect(german.train[0]).toMatchObject({ xs: [1.5, 3], ys: [-2.25, expect.closeTo(0.1, 6) as number] });
    const at = table('');
    const file = path.join(at.experimentDir, 'table.csv');
    writeFileSync(file, Buffer.from('\ufeffx\ty\n1\t2\n', 'utf16le'));
    expect((await read(at, { target: 'y' })).train[0]).toMatchObject({ xs: [1], ys: [2] });
    writeFileSync(file, Buffer.from('größe,y\n1,2\n', 'latin1'));
    expect((await read(at, { target: 'y' })).featureNames).toEqual(['größe']);
  });

  it('that are no text are refused by what they are', async () => {
    const at = table('');
    const refusal = async (bytes: readonly number[]): Promise<string> => {
      writeFileSync(path.join(at.experimentDir, 'table.csv'), Buffer.from(bytes));
      return csv('table.csv', { target: 'y' })
        .load(at)
        .then(String, (error: Error) => error.message);
    };
    expect(await refusal([0x50, 0x4b, 3, 4, 0])).toContain('an Excel workbook or a zip archive');
    expect(await refusal([0x1f, 0x8b, 8, 0])).toContain('packed with gzip');
    expect(await refusal([1, 0, 2, 0])).toContain('not a text file');
  });

  it('are found in the folder of the run first', async () => {
    const at = table('a,b\n1,2\n3,4\n');
    const other = temporaryFolder();
    writeFileSync(path.join(other, 'table.csv'), 'a,b\n9,9\n');
    const { info } = await csv('table.csv', { target: 'b' }).outline({ ...at, dataDir: other });
    expect(info.trainExamples).toBe(1);
    await expect(csv('table.csv', { target: 'b' }).outline({ ...at, dataDir: '/no/such/folder' })).rejects.toThrow(
      'The data folder /no/such/folder is not there',
    );
  });

  it('of penguins: text, gaps and all', async ({ skip }) => {
    const folder = realData('tabular');
    if (!folder) return skip();
    const at = environment(folder);
    await withData(await csv('penguins.csv', { target: 'species', standardize: true }).load(at), async (data) => {
      expect(data.info).toMatchObject({ classNames: ['Adelie', 'Chinstrap', 'Gentoo'], trainExamples: 333 });
      expect(data.featureNames).toContain('island=Biscoe');
      expect(at.problems[0]!.message).toBe('11 of 344 rows of penguins.csv lack a value and are left out.');
    });
  });
});
