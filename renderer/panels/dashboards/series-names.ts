/**
 * Which chart a series belongs to, by its name. Programs name the same thing differently: Keras and Backstep have a
 * folder `train` and one `validation`, PyTorch's users write `Loss/train` or `val/loss` in one. Pure.
 */

export interface NamePlace {
  /** The chart's: the quantity, `loss` or `weights/conv2d_1/kernel`. */
  readonly key: string;
  /** '' where the name says nothing of the kind. */
  readonly family: string;
}

const TRAINING = new Set(['train', 'training']);
const FAMILIES = new Set([...TRAINING, 'validation', 'valid', 'val', 'eval', 'evaluation', 'test', 'dev']);

/** @param family the folder within the run, where there is one */
export function placeOf(family: string, tag: string): NamePlace {
  if (family !== '') return { key: tag, family };
  const slash = tag.indexOf('/');
  const first = tag.slice(0, slash);
  if (slash > 0 && isFamily(first)) return { key: tag.slice(slash + 1), family: first };
  const last = tag.lastIndexOf('/');
  if (last > 0 && isFamily(tag.slice(last + 1))) return { key: tag.slice(0, last), family: tag.slice(last + 1) };
  const prefix = /^(val|valid|validation|test|train)_(.+)$/.exec(tag);
  return prefix ? { key: prefix[2]!, family: prefix[1]! } : { key: tag, family: '' };
}

export function isFamily(name: string): boolean {
  return FAMILIES.has(name.toLowerCase());
}

/** Of anything but training: drawn dashed beside it. */
export function isValidation(family: string): boolean {
  return isFamily(family) && !TRAINING.has(family.toLowerCase());
}

export function isTraining(family: string): boolean {
  return family === '' || TRAINING.has(family.toLowerCase());
}

/** A setting rather than a measurement: never smoothed. */
export function isSetting(key: string): boolean {
  return key === 'learning_rate' || key === 'lr';
}

/** Heading under which a chart stands. */
export function sectionOf(key: string): string {
  const slash = key.indexOf('/');
  return slash > 0 ? key.slice(0, slash) : '';
}

/** The one of a run's series that somebody means by a name: `val_loss` is what another program calls `validation/epoch_loss`. */
export function findNamed(wanted: string, names: Iterable<string>): string | undefined {
  const asked = placeOf('', wanted.trim());
  let alike: string | undefined;
  let ofEpochs: string | undefined;
  for (const name of names) {
    if (name === wanted.trim()) return name;
    const { key, family } = placeOf('', name);
    if (isValidation(family) !== isValidation(asked.family)) continue;
    if (key.toLowerCase() === asked.key.toLowerCase()) alike ??= name;
    else if (key.toLowerCase() === `epoch_${asked.key.toLowerCase()}`) ofEpochs ??= name;
  }
  return alike ?? ofEpochs;
}
