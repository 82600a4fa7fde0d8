import { expect, test } from 'vitest';
import { Peers } from '../../src/claim/peers.js';
import { FakeClock } from '../support/fake-clock.js';
import { memoryFileSystem } from '../support/fs-memory.js';

const ada = {
  worker: 'ada',
  hostname: 'node1',
  user: 'ada',
  pid: 100,
  machineId: 'machine-1',
  bootId: 'boot-1',
  pidNamespace: 'pid:[1]',
  processStart: '5000',
};
const probes = {
  processStart: () => Promise.resolve('gone'),
  slurmState: () => Promise.resolve('unknown' as const),
};

async function folder() {
  const fs = memoryFileSystem();
  await fs.makeDirectory('/beats');
  return { fs, peers: new Peers(fs, '/beats', ada, new FakeClock(), probes) };
}

test('a heartbeat that is still on its way when its worker leaves does not come back behind it', async () => {
  const { fs, peers } = await folder();
  await peers.beat();
  const late = peers.beat();
  await peers.leave();
  await Promise.all([late, peers.beat()]);
  expect(await fs.list('/beats')).toEqual([]);
});

test('of a dead worker also the heartbeat goes that it died over', async () => {
  const { fs, peers } = await folder();
  for (const name of ['ben', '.ben']) await fs.write(`/beats/${name}`, Buffer.from('{}'));
  await peers.forget('ben');
  expect(await fs.list('/beats')).toEqual([]);
});
