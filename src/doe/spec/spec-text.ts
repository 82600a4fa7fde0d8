import { isAlias, isScalar, Parser, parseDocument, visit, type CST, type Document } from 'yaml';
import { DesignProblem } from '../designs/points.js';
import { experimentOf } from './spec.js';
import { DEEPEST, digitsLost, IN_QUOTES, NotReadable, readJson } from './spec-json.js';
import { pathText, SpecProblem } from './spec-path.js';
import { checkedSpec, type Spec } from './spec-schema.js';

/**
 * The spec in the text of a file: JSON where its name ends in .json, otherwise YAML 1.2. All problems name the file,
 * and the line and column or the path of what is wrong. Throws `DesignProblem`.
 */
export function specIn(text: string, file: string): Spec {
  try {
    const spec = checkedSpec(valueIn(text, file));
    experimentOf(spec);
    return spec;
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    const path = error instanceof SpecProblem ? `${pathText(error.path)}: ` : '';
    // Several problems are listed, each on a line of its own.
    const gap = error.problem.includes('\n') ? '\n' : ' ';
    throw new DesignProblem(`${file}:${gap}${path}${error.problem}`, error.remedy);
  }
}

function valueIn(text: string, file: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return /\.json$/i.test(file) ? readJson(plain) : readYaml(plain);
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    throw new DesignProblem(`${lineAndColumn(plain, error.offset)}: ${error.what}.`, error.remedy);
  }
}

/** 1-based; columns in characters. */
function lineAndColumn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${Array.from(lines.at(-1) as string).length + 1}`;
}

const QUOTES = "Check this line; a text with : { [ * & ! or # in it may need quotes: 'a: b'.";

function readYaml(text: string): unknown {
  for (const token of new Parser().parse(text)) checkDepth(token);
  const document = parseDocument(text, {
    // Whatever the text says of itself: in YAML 1.1 `no` is false and 1:30 is 90.
    schema: 'core',
    resolveKnownTags: false,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && String(a.value) === String(b.value),
  });
  // What is only a warning to the library is a value of another type than was meant.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw yamlProblem(problem);
  checkNodes(document);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new DesignProblem(`An alias cannot be used like this: ${error.message}.`, 'Write it out instead.');
  }
}

function yamlProblem({ code, message, pos: [offset] }: Document['errors'][number]): NotReadable {
  switch (code) {
    case 'DUPLICATE_KEY':
      return new NotReadable('this key stands there already', offset, 'Take one of them out.');
    case 'MULTIPLE_DOCS':
      return new NotReadable(
        'a second document begins here',
        offset,
        'Put one spec in a file; use blocks for several designs.',
      );
    case 'TAG_RESOLVE_FAILED':
      return new NotReadable('tags that begin with ! are of no use here', offset, QUOTES);
    default:
      return new NotReadable(
        message.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()),
        offset,
        QUOTES,
      );
  }
}

/** The library composes values by calling itself, and near the end of the stack it takes the program with it. */
function checkDepth(token: CST.Token): void {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > DEEPEST) throw new NotReadable('this is nested too deeply', token.offset);
    for (const inner of innerTokens(token)) open.push({ token: inner, depth: depth + 1 });
  }
}

function innerTokens(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((inner) => !!inner));
}

/** Refuses what has no counterpart in JSON, and numbers that would change. */
function checkNodes(document: Document): void {
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) && !isAlias(key)) throw new NotReadable('a key has to be a plain text', offsetOf(key));
    },
    Alias(_, alias) {
      if (!alias.resolve(document))
        throw new NotReadable(`*${alias.source} refers to nothing`, offsetOf(alias), IN_QUOTES);
    },
    Scalar(_, { value, source, range }) {
      const lost = typeof value === 'number' && source !== undefined ? digitsLost(source) : undefined;
      if (lost) throw new NotReadable(lost, range?.[0] ?? 0, IN_QUOTES);
    },
  });
}

function offsetOf(node: unknown): number {
  return (node as { range?: [number, ...unknown[]] } | null)?.range?.[0] ?? 0;
}
