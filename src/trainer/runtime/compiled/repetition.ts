/**
 * Runs a step a second time without computing anything, and compares: each op must be the one that was
 * recorded, on the same inputs. So a step that follows JavaScript's own state shows, at the price of its
 * JavaScript alone.
 */
import * as tf from '@tensorflow/tfjs';
import type { ConstantValue } from './graph.js';
import type { Handle, HandleInfo, NativeBackend, RawAttribute, TensorValues } from './native.js';
import { Observation, type Observed } from './observation.js';
import { stackHere } from './refusal.js';
import { sameSource, type Source, type Trace, type TracedCall } from './trace.js';

export interface Difference {
  readonly values: TensorValues;
  /** Stack of where it was used first. */
  readonly at: string | undefined;
}

/** −1 means none to the backend, and it hands back none below 0. */
const FIRST_HANDLE = -2;

export class Repetition extends Observation {
  /** Constants that had another value than in the recording, by their number. */
  readonly differences = new Map<number, Difference>();
  private handles = 0;
  private calls = 0;
  private constants = 0;
  private held = 0;
  private reads = 0;

  constructor(
    backend: NativeBackend,
    observed: Observed,
    private readonly trace: Trace,
  ) {
    super(backend, observed);
  }

  protected override executeOp(
    op: string,
    attributes: RawAttribute[],
    inputs: Source[],
    outputs: number,
  ): HandleInfo[] {
    const call = this.calls++;
    const recorded = this.trace.calls[call];
    if (!recorded) this.diverge(`it goes on with the op ${op}`);
    if (recorded.op !== op) this.diverge(`it uses the op ${op} where it used ${recorded.op} before`);
    if (
      recorded.outputs.length !== outputs ||
      recorded.inputs.length !== inputs.length ||
      !inputs.every((input, index) => sameSource(input, recorded.inputs[index]!))
    ) {
      this.diverge(`its op ${op} has other inputs than before`);
    }
    const changed = attributeThatDiffers(recorded, attributes);
    if (changed !== undefined) this.diverge(`its op ${op} has another “${changed}” than before`);
    return recorded.outputs.map(({ dtype, shape }, port) => {
      const id = this.newHandle();
      this.learn(id, { kind: 'result', call, port });
      return { id, dtype, shape: [...shape] };
    });
  }

  protected override createTensor(): Handle {
    return this.newHandle();
  }

  protected override newConstant(value: ConstantValue): number {
    const index = this.constants++;
    const recorded = this.trace.constants[index];
    if (!recorded) this.diverge('it uses more constants than before');
    if (recorded.dtype !== value.dtype || !sameNumbers(recorded.shape, value.shape)) {
      this.diverge(
        `it uses a constant of shape ${shapeText(value.shape)} where one of ${shapeText(recorded.shape)} was`,
      );
    }
    if (!sameNumbers(recorded.values, value.values))
      this.differences.set(index, { values: value.values, at: stackHere() });
    return index;
  }

  protected override newHeld(handle: Handle): number {
    const index = this.held++;
    if (this.trace.held[index]?.handle !== handle) this.diverge('it uses another tensor from outside than before');
    return index;
  }

  protected override isLive(source: Source): boolean {
    if (source.kind === 'result') return this.trace.calls[source.call]!.live;
    return source.kind !== 'constant';
  }

  protected override readResult(source: Source): TensorValues {
    const recorded = this.trace.reads[this.reads++];
    if (!recorded || !sameSource(recorded.source, source)) this.diverge('it reads another value than before');
    return recorded.values;
  }

  protected override discard(kept: readonly tf.Tensor[]): void {
    tf.dispose([...kept]);
  }

  protected override end(results: readonly Source[], assigned: ReadonlyMap<number, Source>): void {
    const { trace } = this;
    if (this.calls !== trace.calls.length) this.diverge(`it leaves out the op ${trace.calls[this.calls]!.op}`);
    const sameResults =
      results.length === trace.results.length && results.every((result, i) => sameSource(result, trace.results[i]!));
    if (!sameResults) this.diverge('it gives other results than before');
    const sameAssigned =
      assigned.size === trace.assigned.size &&
      [...assigned].every(([variable, source]) => {
        const recorded = trace.assigned.get(variable);
        return recorded !== undefined && sameSource(recorded, source);
      });
    if (!sameAssigned) this.diverge('it assigns other variables than before');
  }

  private newHandle(): Handle {
    return FIRST_HANDLE - this.handles++;
  }

  private diverge(how: string): never {
    return this.refuse(`the step is not the same each time: ${how}`);
  }
}

export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function attributeThatDiffers(recorded: TracedCall, attributes: readonly RawAttribute[]): string | undefined {
  if (recorded.attributes.length !== attributes.length) return 'attributes';
  return attributes.find((attribute, index) => {
    const before = recorded.attributes[index]!;
    return before.name !== attribute.name || !sameValue(before.value, attribute.value);
  })?.name;
}

function sameValue(a: RawAttribute['value'], b: RawAttribute['value']): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => Object.is(item, b[i]));
  return Object.is(a, b);
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.join('×');
}
