/** Aborted as soon as one of these is; `release` when nobody asks any more. */
export function either(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const both = new AbortController();
  const given = signals.filter((signal) => signal !== undefined);
  const onAbort = () => {
    both.abort(given.find(({ aborted }) => aborted)?.reason);
  };
  for (const signal of given) signal.addEventListener('abort', onAbort);
  if (given.some(({ aborted }) => aborted)) onAbort();
  return {
    signal: both.signal,
    release: () => {
      for (const signal of given) signal.removeEventListener('abort', onAbort);
    },
  };
}
