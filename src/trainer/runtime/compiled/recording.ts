/** Runs a step for real and writes down what it did. */
import type * as tf from '@tensorflow/tfjs';
import type { ConstantValue } from './graph.js';
import { opTable } from './generated/op-table.js';
import { handleOf, type Handle, type HandleInfo, type RawAttribute, type TensorValues } from './native.js';
import { Observation } from './observation.js';
import type { HeldTensor, Source, Trace, TracedCall } from './trace.js';

export class Recording extends Observation {
  private readonly calls: TracedCall[] = [];
  private readonly constants: ConstantValue[] = [];
  private readonly held: HeldTensor[] = [];
  private readonly reads: { readonly source: Source; readonly values: TensorValues }[] = [];
  private readonly outputs = new Map<string, Source>();
  private results: readonly Source[] = [];
  private assignedAtEnd: ReadonlyMap<number, Source> = new Map();

  get trace(): Trace {
    const { calls, constants, held, reads, updates, results, outputs } = this;
    return { calls, constants, held, reads, updates, results, outputs, assigned: this.assignedAtEnd };
  }

  /** To be told of what a layer gives, at the moment that it does. */
  see(name: string, output: tf.Tensor): void {
    const source = this.known(handleOf(this.backend, output));
    if (source) this.outputs.set(name, source);
  }

  protected override executeOp(
    op: string,
    attributes: RawAttribute[],
    inputs: Source[],
    outputs: number,
    ids: Handle[],
  ): HandleInfo[] {
    const signature = opTable[op];
    if (!signature) this.refuse(`the step uses the op ${op}, which cannot be compiled`);
    if (signature.stateful) this.refuse(`the step uses the op ${op}, which keeps a state of its own`);
    const results = this.binding.executeOp(op, attributes, ids, outputs);
    const call = this.calls.length;
    this.calls.push({
      op,
      // Lists that kernels hand over may be changed later.
      attributes: structuredClone(attributes),
      inputs,
      outputs: results.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
      live: inputs.some((input) => this.isLive(input)),
      inUpdate: this.inUpdate,
    });
    results.forEach(({ id }, port) => this.learn(id, { kind: 'result', call, port }));
    return results;
  }

  protected override createTensor(shape: number[], dtype: number, values: TensorValues): Handle {
    return this.binding.createTensor(shape, dtype, values);
  }

  protected override newConstant(value: ConstantValue): number {
    return this.constants.push(value) - 1;
  }

  protected override newHeld(handle: Handle, { dtype, shape }: HandleInfo): number {
    return this.held.push({ handle, dtype, shape }) - 1;
  }

  protected override isLive(source: Source): boolean {
    if (source.kind === 'result') return this.calls[source.call]!.live;
    return source.kind !== 'constant';
  }

  protected override readResult(source: Source, handle: Handle): TensorValues {
    const values = this.binding.tensorDataSync(handle);
    this.reads.push({ source, values });
    return values;
  }

  protected override discard(): void {
    // They are as real as in any other step.
  }

  protected override end(results: readonly Source[], assigned: ReadonlyMap<number, Source>): void {
    this.results = results;
    this.assignedAtEnd = assigned;
  }
}
