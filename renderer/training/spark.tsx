/** A histogram as small as a word. */
import { memo } from 'react';

interface Props {
  readonly counts: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly label?: string;
}

export const Spark = memo(function Spark({ counts, width, height, label }: Props) {
  const most = Math.max(1, ...counts);
  const bar = width / Math.max(1, counts.length);
  // The square root keeps the thin ends of a steep histogram in sight.
  const path = counts
    .map((count, index) => {
      const tall = count === 0 ? 0 : Math.max(1, Math.sqrt(count / most) * height);
      return `M${(index * bar).toFixed(2)} ${height}v${-tall.toFixed(2)}h${(bar * 0.86).toFixed(2)}v${tall.toFixed(2)}z`;
    })
    .join('');
  return (
    <svg
      className="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined || undefined}
    >
      <path d={path} />
    </svg>
  );
});
