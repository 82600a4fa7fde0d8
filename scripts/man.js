// The man page, from what the command line parses and --help says: nothing about a verb is written here.
import { build } from 'esbuild';
import path from 'node:path';

/** @typedef {import('../src/cli/program-tree.js').Tree} Tree */
/** @typedef {import('../src/cli/program-tree.js').Verb} Verb */
/** @typedef {import('../src/cli/program-tree.js').Flag} Flag */

/** The group of options that every verb has. */
const EVERYWHERE = 'Messages:';

/**
 * @param {string} root
 * @param {string} version
 * @returns {Promise<string>}
 */
export async function manPage(root, version) {
  const { tree, exits } = await parsed(root, version);
  const verbs = tree.verbs.filter(({ name }) => name !== 'help');
  const common = verbs[0]?.flags.filter(({ group }) => group === EVERYWHERE) ?? [];
  return `${[
    '.\\" Made by scripts/man.js from the help texts.',
    `.TH COOPERATE 1 "${date()}" "cooperate ${version}" "User Commands"`,
    '.SH NAME',
    'cooperate \\- work off a shared list of commands with any number of workers',
    '.SH SYNOPSIS',
    '.B cooperate',
    '.I command',
    '.RI [ options ]',
    '.RI [ schedule ]',
    '.SH DESCRIPTION',
    prose(tree.description),
    ...DESCRIPTION,
    ...below(tree.notes()),
    '.SH COMMANDS',
    ...verbs.flatMap(section),
    '.SH OPTIONS OF EVERY COMMAND',
    ...common.flatMap(item),
    '.SH EXIT STATUS',
    ...exits.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, prose(meaning)]),
    ...FILES,
  ].join('\n')}\n`;
}

/** Of this build; who builds reproducibly says which. */
function date() {
  const seconds = process.env.SOURCE_DATE_EPOCH;
  return (seconds === undefined ? new Date() : new Date(Number(seconds) * 1000)).toISOString().slice(0, 10);
}

/**
 * @param {string} root
 * @param {string} version
 * @returns {Promise<{ tree: Tree, exits: readonly (readonly [number, string])[] }>}
 */
async function parsed(root, version) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import { commandLine } from './program.js';
        import { treeOf } from './program-tree.js';
        export { EXIT_MEANINGS as exits } from './exit-codes.js';
        export const tree = treeOf(commandLine().program);`,
      resolveDir: path.join(root, 'src/cli'),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    define: { COOPERATE_VERSION: JSON.stringify(version) },
    banner: {
      js: `import { createRequire } from 'node:module';\nconst require = createRequire(${JSON.stringify(path.join(root, 'package.json'))});`,
    },
    // What the verbs do is not asked.
    plugins: [
      {
        name: 'no-actions',
        setup: ({ onResolve }) => {
          onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === 'dynamic-import' ? { path, external: true } : undefined,
          );
        },
      },
    ],
  });
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/** @param {Verb} verb */
function section({ usage, description, words, flags, notes }) {
  /** @type {Map<string, Flag[]>} */
  const groups = new Map();
  for (const flag of flags) {
    if (flag.group !== EVERYWHERE) groups.set(flag.group, [...(groups.get(flag.group) ?? []), flag]);
  }
  return [
    `.SS "cooperate ${roff(usage)}"`,
    prose(`${description.charAt(0).toUpperCase() + description.slice(1)}.`),
    ...words
      .filter(({ description }) => description !== '')
      .flatMap(({ term, description }) => ['.TP', `.I ${roff(term)}`, prose(description)]),
    ...[...groups].flatMap(([group, flags]) => [
      ...(groups.size > 1 ? ['.PP', `.I ${roff(group.replace(/:$/, ''))}`] : []),
      ...flags.flatMap(item),
    ]),
    ...below(notes()),
  ];
}

/** @param {Flag} flag */
function item({ term, description }) {
  const parts = term.match(/-{1,2}[\w-]+|[<[].*$|[^-<[]+/g) ?? [];
  const fonts = parts.map((part) => {
    if (part.startsWith('-')) return `\\fB${roff(part)}\\fR`;
    return /^[<[]/.test(part) ? `\\fI${roff(part)}\\fR` : part;
  });
  return ['.TP', fonts.join(''), prose(description)];
}

/**
 * What stands below the options: indented lines as they are, the others as text. Exit codes have their own section.
 * @param {string} notes
 */
function below(notes) {
  const lines = [];
  let isLiteral = false;
  let isNew = true;
  for (const line of notes
    .replace(/\nExit codes:\n(?: .*\n?)*/, '')
    .trim()
    .split('\n')) {
    if (line === '') {
      isNew = true;
      continue;
    }
    const wasLiteral = isLiteral;
    isLiteral = line.startsWith('  ');
    if (wasLiteral && (!isLiteral || isNew)) lines.push('.EE', '.RE');
    if (isLiteral && (!wasLiteral || isNew)) lines.push(...(lines.length > 0 ? [] : ['.PP']), '.RS 2', '.EX');
    if (!isLiteral && (wasLiteral || isNew)) lines.push('.PP');
    lines.push(isLiteral ? roff(line.slice(2)) : prose(line));
    isNew = false;
  }
  return isLiteral ? [...lines, '.EE', '.RE'] : lines;
}

/** @type {Record<string, string>} */
const ESCAPES = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '~': '\\(ti',
  '^': '\\(ha',
  '`': '\\(ga',
};

/** @param {string} text */
function roff(text) {
  return text.replace(/[\\'"~^`-]/g, (character) => ESCAPES[character] ?? '').replace(/^[.]/, '\\&.');
}

/**
 * Prose, in lines that are not too long for whoever reads the source.
 * @param {string} text
 */
function prose(text) {
  const lines = [''];
  for (const word of roff(text).split(' ')) {
    const line = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (line.length > 80) lines.push(word.replace(/^[.]/, '\\&.'));
    else lines[lines.length - 1] = line;
  }
  return lines.join('\n');
}

const DESCRIPTION = [
  '.PP',
  'A schedule is a JSON list of commands, each a list of words, such as',
  '.PP',
  '.RS',
  '.EX',
  '[["python", "main.py", "\\-\\-lr", "0.1"],',
  ' ["python", "main.py", "\\-\\-lr", "0.01"]]',
  '.EE',
  '.RE',
  '.PP',
  'Start a worker on it wherever the file is seen, as many as there is room for:',
  'each takes what nobody has taken yet, and what it takes gets the mark',
  '.BR \\(dqexecuted\\(dq .',
  'Edit the file at any time, also while workers run.',
];

const FILES = [
  '.SH FILES',
  '.TP',
  '.I exp.json',
  'the schedule',
  '.TP',
  '.I exp.json.cooperate/',
  'beside it: who has taken what, journals, logs.',
  'Deleting it forgets history, never the schedule.',
  '.TP',
  '.IR exp.json.lock/ ,',
  '.TQ',
  '.I exp.json.bak',
  'a lock, for milliseconds; what a rewrite replaced',
  '.TP',
  '.I cooperate_0, cooperate_1 ...',
  'in the directory of a worker, one for each run that failed:',
  'the command ready to paste and the end of its output',
  '.TP',
  '.IR cooperate.config.json ,',
  '.TQ',
  '.I \\(ti/.config/cooperate/config.json',
  'settings',
  '.SH ENVIRONMENT',
  '.TP',
  '.BR NO_COLOR ", " FORCE_COLOR',
  'no colours, or colours where there is no terminal',
  '.TP',
  '.BR COOPERATE_SCHEDULE ", " COOPERATE_ENTRY ", " COOPERATE_ID ,',
  '.TQ',
  '.BR COOPERATE_ATTEMPT ", " COOPERATE_WORKER ", " COOPERATE_SLOT',
  'What a run finds in its environment; with GPUs also',
  '.BR CUDA_VISIBLE_DEVICES .',
];
