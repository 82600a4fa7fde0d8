/**
 * Ink connects to React's developer tools where DEV is set, and fails where they are not installed: none of that in
 * what users get.
 * @type {import('esbuild').Plugin}
 */
export const noDevtools = {
  name: 'no-devtools',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]ink[/\\]build[/\\]devtools[.]js$/ }, () => ({ contents: 'export {};' }));
    onLoad({ filter: /[/\\]ink[/\\]build[/\\]utils[.]js$/ }, () => ({
      contents: 'export const isDev = () => false;',
    }));
  },
};
