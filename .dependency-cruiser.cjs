// The import rule: data flows one way, and each outside dependency has one home.

// From top to bottom; what stands in one layer may import its own layer and everything below it.
const layers = [
  ['cli', 'library'],
  ['view'],
  ['commands'],
  ['worker', 'survey', 'claim', 'schedule', 'journal', 'doe', 'doctor', 'settings'],
  ['ports'],
];

// Package or Node module -> the only files that may import it, types included.
const homes = {
  'proper-lockfile': '^src/ports/lock[^/]*[.]ts$',
  execa: '^src/ports/command[.]ts$',
  inquirer: '^src/ports/terminal[.]ts$',
  zod: '^src/(journal/records|doe/spec/spec-schema|doctor/schemas|settings/settings-schema)[.]ts$',
  yaml: '^src/doe/spec/spec-text[.]ts$',
  jsep: '^src/doe/expressions/expression[.]ts$',
  commander: '^src/cli/program[^/]*[.]ts$',
  ink: '^src/view/[^/]*[.]tsx$',
  react: '^src/view/[^/]*[.]tsx$',
  fs: '^src/ports/',
  child_process: '^src/ports/spawn[^/]*[.]ts$',
};

const folders = (names) => `^src/(${names.join('|')})/`;

const downwards = layers.slice(1).map((names, index) => ({
  name: `${names.length > 1 ? 'domain' : names[0]}-imports-down`,
  comment: 'Imports point down only: cli -> view -> commands -> domain -> ports.',
  severity: 'error',
  from: { path: folders(names) },
  to: { path: folders(layers.slice(0, index + 1).flat()) },
}));

const oneHome = Object.entries(homes).map(([module, home]) => ({
  name: `one-home-for-${module.replace('_', '-')}`,
  comment: `Imported by ${home} alone.`,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: `^((node_modules/)?(@types/|@)?|node:)${module}(/|$)` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...downwards,
    ...oneHome,
    {
      name: 'library-and-command-line-apart',
      comment: 'Only the words for a failure are the same.',
      severity: 'error',
      from: { path: '^src/library/' },
      to: { path: '^src/(cli|view)/', pathNot: '^src/cli/show-failure[.]ts$' },
    },
    {
      name: 'command-line-and-library-apart',
      comment: 'The command line goes to the commands itself.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/library/' },
    },
    {
      name: 'failure-stands-alone',
      comment: 'Everything may import these, so they import nothing but types.',
      severity: 'error',
      from: { path: '^src/(failure|notice)[.]ts$' },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'known-folder',
      comment: 'A new folder in src gets its place among the layers above.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [folders(layers.flat()), '^src/(failure|notice)[.]ts$'] },
    },
    {
      name: 'production-needs-no-test',
      comment: 'src never imports from test, bench, scripts or fixtures.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|fixtures)/' },
    },
    {
      name: 'no-circle',
      comment: 'Circles of types are harmless; circles of code depend on who is loaded first.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'It would only fail when it runs.',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
