/** What the data panel says of a data set. Pure. */
import { formatBytes, formatCount, formatShare } from '../../charts/format.js';
import type { DataSourceStatus } from '../../../src/shared/protocol/rpc.js';
import type { DataInfo } from '../../../src/shared/protocol/training.js';

export const sourceWords: Readonly<Record<DataInfo['source'], string>> = {
  folder: 'Your folder',
  file: 'Your file',
  download: 'The original',
  generated: 'Generated',
  memory: 'Made by the experiment',
};

export const sourceIcons: Readonly<Record<DataInfo['source'], string>> = {
  folder: 'folder',
  file: 'file',
  download: 'cloud-download',
  generated: 'beaker',
  memory: 'code',
};

/** "2,520 for training · 372 for validation". */
export function exampleWords(info: DataInfo): string | undefined {
  const parts: string[] = [];
  if (info.trainExamples !== undefined) parts.push(`${formatCount(info.trainExamples)} for training`);
  if (info.validationExamples !== undefined) parts.push(`${formatCount(info.validationExamples)} for validation`);
  return parts.length > 0 ? parts.join(' · ') : undefined;
}

/** "12 of 200 MB · 6 %". */
export function downloadWords(download: NonNullable<DataSourceStatus['download']>): string {
  const { receivedBytes, totalBytes } = download;
  if (totalBytes === undefined) return formatBytes(receivedBytes);
  return `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)} · ${formatShare(receivedBytes / totalBytes)}`;
}

/** What the download button says. */
export function downloadLabel(download: NonNullable<DataSourceStatus['download']>): string {
  if (download.state === 'paused') return 'Resume download';
  if (download.state === 'failed') return 'Try again';
  return download.totalBytes === undefined
    ? 'Download original'
    : `Download original (${formatBytes(download.totalBytes)})`;
}

/** Whether this choice is the one in use: a named folder wins over the download, that over the generator. */
export function choiceInUse(status: DataSourceStatus): 'folder' | 'download' | 'generated' | undefined {
  if (status.folder !== undefined) return 'folder';
  const source = status.current?.source;
  return source === 'download' || source === 'generated' ? source : undefined;
}
