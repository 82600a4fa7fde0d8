// The library has a bundle of its own: nothing of the command line is in it.
import { build } from 'esbuild';

/**
 * Its import must not change the process: with this package proper-lockfile would put handlers on all signals, to
 * release what is held. A lock that the library's process leaves is taken over like any other.
 * @type {import('esbuild').Plugin}
 */
const noSignalHandlers = {
  name: 'no-signal-handlers',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^signal-exit$/ }, () => ({ path: 'signal-exit', namespace: 'without' }));
    onLoad({ filter: /./, namespace: 'without' }, () => ({ contents: 'module.exports = () => () => {};' }));
  },
};

/** @param {import('esbuild').BuildOptions & { metafile: true }} like */
export function buildLibrary(like) {
  return build({
    ...like,
    entryPoints: ['src/library/index.ts'],
    chunkNames: 'chunks/library-[name]-[hash]',
    plugins: [noSignalHandlers],
  });
}
