import { describe, expect, test } from 'vitest';
import { runReal, sh } from '../support/real-run.js';

// Alone in its file: what ends in the same moment as another run is reaped before anybody can look.
describe.skipIf(process.platform !== 'linux')('a run that is started by Node itself ends', () => {
  test('by a real-time signal, which Node takes for a success', async () => {
    for (let i = 0; i < 20; i++) {
      expect((await runReal(sh('kill -35 $$'))).end).toEqual({ is: 'killed', signal: 'SIG35' });
      const { end } = await runReal(sh('echo some; echo more >&2; kill -40 $$'));
      expect(end).toEqual({ is: 'killed', signal: 'SIG40' });
    }
  });

  test('well, also when it has closed its output long before', async () => {
    expect((await runReal(sh('exec >&- 2>&-; sleep 0.1'))).end).toEqual({ is: 'exited', code: 0 });
  });

  test('by such a signal, also when the worker is busy meanwhile', async () => {
    const killed = runReal(sh('echo x; kill -35 $$'));
    const until = performance.now() + 100;
    while (performance.now() < until);
    expect((await killed).end).toEqual({ is: 'killed', signal: 'SIG35' });
  });
});
