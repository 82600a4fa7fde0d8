import { median, print, program, timed } from './measure.js';

/** Milliseconds until `cooperate --version` has ended, against a Node that does nothing. */
export async function startUp() {
  const runs = [];
  for (let i = 0; i < 25; i++) {
    const nothing = await timed([process.execPath, '-e', '0']);
    const version = await timed([process.execPath, program, '--version']);
    runs.push({ nothing, version, ratio: version / nothing });
  }
  const ms = (name) => Math.round(1000 * median(runs.map((run) => run[name])));
  const result = {
    nothingMs: ms('nothing'),
    versionMs: ms('version'),
    ratio: median(runs.map((run) => run.ratio)),
  };
  print(
    'Start-up',
    ['node -e 0', 'cooperate --version', 'ratio'],
    [[`${result.nothingMs} ms`, `${result.versionMs} ms`, result.ratio.toFixed(2)]],
  );
  return result;
}
