import type { Script } from './protocol.js';

/** Goes on until it is signalled, and ends then, as most commands do. */
export const endsWhenSignalled: Script = (run) => {
  const signal = run.signal.bind(run);
  run.signal = (name) => {
    signal(name);
    run.end({ is: 'killed', signal: name });
  };
};
