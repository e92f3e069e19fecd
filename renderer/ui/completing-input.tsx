/** React's text field that offers how what is typed could go on. Given what it offers; see completion.ts. */
import { useEffect, useImperativeHandle, useRef, type ComponentProps, type Ref } from 'react';
import { attachCompletion, type Complete, type CompletionOptions } from './completion.js';

interface Props extends Omit<ComponentProps<'input'>, 'ref'> {
  readonly complete: Complete;
  readonly side?: CompletionOptions['side'];
  readonly atOnce?: boolean;
  readonly ref?: Ref<HTMLInputElement | null>;
}

export function CompletingInput({ complete, side, atOnce, ref, ...rest }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle<HTMLInputElement | null, HTMLInputElement | null>(ref, () => input.current);
  const options = useRef<CompletionOptions>({ complete, side, atOnce });
  options.current = { complete, side, atOnce };
  useEffect(() => {
    const field = input.current;
    return field ? attachCompletion(field, () => options.current) : undefined;
  }, []);
  return <input ref={input} spellCheck={false} {...rest} />;
}
