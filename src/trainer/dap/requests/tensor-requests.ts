/** Looks at one tensor of a training that stands still: facts, pictures, numbers, places. */
import type { TensorPlace } from '../../../shared/protocol/tensors.js';
import { checkedArguments } from '../request-arguments.js';
import type { Handlers, SessionParts } from '../session-parts.js';
import type { LookedAt } from '../tensor-looks.js';

export function tensorRequests({ thread, inspector, bytes }: SessionParts): Handlers {
  /** @throws Error as `standing` does, and for a reference of an earlier stop */
  const lookedAt = (place: TensorPlace): LookedAt => {
    const { standing } = thread;
    return place.kind === 'variable' ? { kind: 'handle', handle: standing.handleOf(place.reference) } : place;
  };
  return {
    'backstep/tensor': async (args: unknown) => {
      const { tensor, ...rest } = checkedArguments('backstep/tensor', args);
      return { body: await inspector.ask('tensorFacts', lookedAt(tensor), rest) };
    },
    'backstep/tensorPictures': async (args: unknown) => {
      const { tensor, ...rest } = checkedArguments('backstep/tensorPictures', args);
      const answer = await inspector.ask<Sent>('tensorPictures', lookedAt(tensor), rest);
      const { bytes: number, ...body } = answer;
      return { body: { ...body, pixels: bytes.take(number) } };
    },
    'backstep/tensorNumbers': async (args: unknown) => {
      const { tensor, ...rest } = checkedArguments('backstep/tensorNumbers', args);
      const answer = await inspector.ask<Sent>('tensorNumbers', lookedAt(tensor), rest);
      const { bytes: number, ...body } = answer;
      return { body: { ...body, values: bytes.take(number) } };
    },
    'backstep/tensorFind': async (args: unknown) => {
      const { tensor, ...rest } = checkedArguments('backstep/tensorFind', args);
      return { body: await inspector.ask('tensorFind', lookedAt(tensor), rest) };
    },
  };
}

/** The bytes come apart, by this number. */
interface Sent {
  readonly bytes: number;
}
