/** Numbers, times and sizes as the window writes them. Pure; knows no state. */

/** A measured value in at most about six characters: `0.8412`, `12.3`, `1.7e-5`, `NaN`, `∞`. */
export function formatValue(value: number | undefined, digits = 4): string {
  if (value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return minus(shortExponent(value.toExponential(Math.max(0, digits - 2))));
  if (Number.isInteger(value) && size < 1e6) return minus(String(value));
  const decimals = Math.max(0, digits - Math.max(0, Math.floor(Math.log10(size))) - (size >= 1 ? 1 : 0));
  return minus(value.toFixed(decimals));
}

/** A setting as a person would type it: `0.001`, `3e-4` → `0.0003`, `1e-7`. */
export function formatSetting(value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return formatValue(value);
  const text = Number(value.toPrecision(6));
  return Math.abs(text) > 0 && Math.abs(text) < 1e-6 ? shortExponent(text.toExponential()) : String(text);
}

/** An axis label: short, and with more digits than usual where they are asked for. */
export function formatTick(value: number, digits = 0): string {
  const size = Math.abs(value);
  const rounded = (number: number, least: number) => String(Number(number.toPrecision(Math.max(least, digits))));
  if (size === 0) return '0';
  if (size >= 1e9 || size < 1e-4) {
    const text = value.toExponential(Math.max(1, digits - 1));
    return minus(shortExponent(text.replace(/\.?0+e/, 'e')));
  }
  if (size >= 1e6) return minus(`${rounded(value / 1e6, 3)}M`);
  if (size >= 1e4) return minus(`${rounded(value / 1e3, 3)}k`);
  return minus(rounded(value, 4));
}

/**
 * Labels of one axis, with as many digits as tell its ticks apart. Where those are more than `most` characters, the
 * first tick is written roughly and the others as what they are above it: `1.2`, `+2e-9`.
 */
export function tickLabels(ticks: readonly number[], most = 8): readonly string[] {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : Infinity;
  let digits = 2;
  const isRough = (tick: number) => Math.abs(Number(tick.toPrecision(digits)) - tick) > step / 20;
  while (digits < 15 && ticks.some(isRough)) digits++;
  const labels = ticks.map((tick) => formatTick(tick, digits));
  if (labels.every((label) => label.length <= most)) return labels;
  return ticks.map((tick) => (tick === ticks[0] ? formatTick(tick) : `+${formatTick(tick - ticks[0]!)}`));
}

/** `1,185`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share of 1 as `2 %`; below one per cent one decimal. */
export function formatShare(share: number | undefined): string {
  if (share === undefined || Number.isNaN(share)) return '–';
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  if (percent < 1 && percent > 0) return `${percent.toFixed(1)} %`;
  if (percent > 99 && percent < 100) return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
  return `${Math.round(percent)} %`;
}

/** `840 ms`, `12 s`, `3 min 20 s`, `25 min`, `1 h 05 min`. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 10) return `${minutes} min ${Math.round(seconds) % 60} s`;
  if (minutes < 60) return `${Math.round(seconds / 60)} min`;
  const totalMinutes = Math.round(seconds / 60);
  const hours = Math.floor(totalMinutes / 60);
  if (hours >= 100) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return `${hours} h ${String(totalMinutes % 60).padStart(2, '0')} min`;
}

/** `4.1 steps/s`; slower than one in ten seconds: `12 s a step`. */
export function formatSpeed(stepMs: number | undefined): string {
  if (stepMs === undefined || !(stepMs > 0)) return '– steps/s';
  const rate = 1000 / stepMs;
  if (rate < 0.1) return `${formatDuration(stepMs)} a step`;
  return `${rate >= 100 ? formatCount(rate) : rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} steps/s`;
}

/** Decimal units, as downloads and disks name them: `1.2 GB`. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `9f3a…c1`. */
export function shortHash(hash: string): string {
  return hash.length <= 8 ? hash : `${hash.slice(0, 4)}…${hash.slice(-2)}`;
}

/** `today 14:05`, `yesterday 09:10`, `3 Mar 14:05`. */
export function formatWhen(time: number, now: number = Date.now()): string {
  const date = new Date(time);
  const clock = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  const day = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const daysAgo = Math.round((day(new Date(now)) - day(date)) / 86_400_000);
  if (daysAgo === 0) return `today ${clock}`;
  if (daysAgo === 1) return `yesterday ${clock}`;
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][date.getMonth()];
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${month}${year} ${clock}`;
}

/** In a column's width: `14:05` today, else the day. */
export function formatWhenShort(time: number, now: number = Date.now()): string {
  const words = formatWhen(time, now);
  return words.startsWith('today ') ? words.slice(6) : words.replace(/ \d\d:\d\d$/, '');
}

function shortExponent(text: string): string {
  return text.replace('e+', 'e');
}

/** A typographic minus in front of the number; exponents keep the hyphen that can be typed back. */
function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}
