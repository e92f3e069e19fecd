/**
 * The data sets that Backstep knows by name: what they are, where their originals come from, how they lie
 * in the cache, and under which licence. Pure facts: downloading is the server's, reading the trainer's.
 */

/** The parts of a data set; in its folder each is a sub-folder of that name. */
export type DataSetPart = 'train' | 'test';

/** One archive of the original. */
export interface DataSetDownload {
  readonly url: string;
  readonly bytes: number;
  /** Of the whole archive, in hexadecimal. */
  readonly sha256: string;
  /** The archive's entries below this folder… */
  readonly archiveFolder: string;
  /** …are unpacked into this one, relative to the data set's folder in the cache. */
  readonly into: DataSetPart;
}

export interface DataSetLicence {
  /** Short name as SPDX writes it. */
  readonly name: string;
  readonly url: string;
  /** Names the makers and the source, as the licence asks. */
  readonly attribution: string;
}

export interface NamedDataSet {
  readonly name: string;
  readonly title: string;
  readonly kind: 'images' | 'idx' | 'csv';
  /** Empty: there is nothing to download. In the cache: `<cache>/<name>/<part>/<class>/…`. */
  readonly downloads: readonly DataSetDownload[];
  /** Whether Backstep can make a stand-in of its own, so that samples run anywhere. */
  readonly hasGenerator: boolean;
  readonly licence: DataSetLicence;
  /** In the order of the class numbers. */
  readonly classNames: readonly string[];
  /** Other names that the parts' folders have where people unpacked the archives themselves. */
  readonly folderNames?: Readonly<Record<DataSetPart, readonly string[]>>;
  /** For data of one file: its name. */
  readonly fileName?: string;
}

// Sizes and hashes of the archives: TensorFlow Datasets, url_checksums/rock_paper_scissors.txt.
const rockPaperScissors: NamedDataSet = {
  name: 'rps',
  title: 'Rock-Paper-Scissors',
  kind: 'images',
  downloads: [
    {
      url: 'https://storage.googleapis.com/download.tensorflow.org/data/rps.zip',
      bytes: 200_682_221,
      sha256: 'c2403444395842ad04c53612bad54b574443eae17a0723117a2ff87b9d72194f',
      archiveFolder: 'rps',
      into: 'train',
    },
    {
      url: 'https://storage.googleapis.com/download.tensorflow.org/data/rps-test-set.zip',
      bytes: 29_516_758,
      sha256: 'c27ab9fa43ce40b2e453de711365b477f4424586edf0388116674fd320f07503',
      archiveFolder: 'rps-test-set',
      into: 'test',
    },
  ],
  hasGenerator: true,
  licence: {
    name: 'CC-BY-2.0',
    url: 'https://creativecommons.org/licenses/by/2.0/',
    attribution: 'Laurence Moroney, https://laurencemoroney.com/datasets.html',
  },
  classNames: ['paper', 'rock', 'scissors'],
  folderNames: { train: ['train', 'rps'], test: ['test', 'rps-test-set'] },
};

const mnist: NamedDataSet = {
  name: 'mnist',
  title: 'MNIST handwritten digits',
  kind: 'idx',
  downloads: [],
  hasGenerator: true,
  licence: {
    name: 'CC-BY-SA-3.0',
    url: 'https://creativecommons.org/licenses/by-sa/3.0/',
    attribution: 'Yann LeCun, Corinna Cortes and Christopher J. C. Burges',
  },
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};

const iris: NamedDataSet = {
  name: 'iris',
  title: 'Iris flowers',
  kind: 'csv',
  downloads: [],
  hasGenerator: false,
  licence: {
    name: 'CC-BY-4.0',
    url: 'https://creativecommons.org/licenses/by/4.0/',
    attribution: 'R. A. Fisher (1936), UCI Machine Learning Repository, https://doi.org/10.24432/C56C76',
  },
  classNames: ['setosa', 'versicolor', 'virginica'],
  fileName: 'iris.csv',
};

export const namedDataSets: readonly NamedDataSet[] = [rockPaperScissors, mnist, iris];

export function findNamedDataSet(name: string): NamedDataSet | undefined {
  return namedDataSets.find((dataSet) => dataSet.name === name);
}

/** Stands where a folder is named for a data set, where the person chose what Backstep generates. No path can be this. */
export const GENERATED_FOLDER = 'generated:';

/** Folders that a downloaded data set has below its own folder in the cache once it is complete. */
export function cachedFolders(dataSet: NamedDataSet): readonly string[] {
  return dataSet.downloads.flatMap(({ into }) => dataSet.classNames.map((className) => `${into}/${className}`));
}
