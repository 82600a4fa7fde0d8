import { basename } from 'node:path';
import { Failure } from '../failure.js';
import { absolutePath, type Place } from './setup-paths.js';

export type ContainerTool = 'apptainer' | 'singularity' | 'docker' | 'podman' | 'ch-run';

/** A container tool and what it is to run. */
export interface Container {
  readonly tool: ContainerTool;
  /** The command up to where its options go: `podman --runtime runc run`. */
  readonly start: readonly string[];
  /** The user's own; behind all others, where they win. */
  readonly options: readonly string[];
  readonly image: string;
}

export interface ToolFacts extends Place {
  isOnPath(command: string): boolean;
  isFolder(path: string): boolean;
}

const TOOLS: readonly ContainerTool[] = ['apptainer', 'singularity', 'docker', 'podman', 'ch-run'];

/** How each is told to run a command. */
const VERB: Readonly<Record<ContainerTool, string | undefined>> = {
  apptainer: 'exec',
  singularity: 'exec',
  docker: 'run',
  podman: 'run',
  'ch-run': undefined,
};

/**
 * What --container means: an image, with `docker:` or another tool's name before it where the image does not tell; or
 * such a tool's command line, whose last word is the image, for those who need its options.
 */
export function containerTool(container: string, facts: ToolFacts): Container {
  const found = asCommandLine(container) ?? asImage(container.trim(), facts);
  if (found.image === '' || found.image.startsWith('-'))
    throw usage('--container names no image.', 'Give one, such as --container docker:python:3.12-slim.');
  const [program = found.tool] = found.start;
  if (!program.includes('/') && !facts.isOnPath(program))
    throw usage(`--container needs ${program}, which is not on PATH.`, 'Install it, or name another tool.');
  return found;
}

function asCommandLine(text: string): Container | undefined {
  const words = wordsIn(text);
  const tool = TOOLS.find((name) => name === basename(words[0] ?? ''));
  if (!tool || words.length < 2) return undefined;
  const verb = VERB[tool];
  const at = verb === undefined ? 0 : words.indexOf(verb);
  // A verb left out is one that needs no saying.
  const start = at < 0 ? [...words.slice(0, 1), verb ?? ''] : words.slice(0, at + 1);
  const rest = words.slice(at < 0 ? 1 : at + 1).filter((word) => word !== '--' && word !== '--rm');
  return { tool, start, options: rest.slice(0, -1), image: rest.at(-1) ?? '' };
}

/** As the shell would split it, but nothing in it is expanded. */
function wordsIn(text: string): string[] {
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

const PREFIXES: Readonly<Record<string, ContainerTool>> = {
  apptainer: 'apptainer',
  singularity: 'singularity',
  docker: 'docker',
  podman: 'podman',
  ch: 'ch-run',
};

function asImage(text: string, facts: ToolFacts): Container {
  const [, prefix = '', named = ''] = /^([a-z]+):(?!\/\/)(.*)$/s.exec(text) ?? [];
  const told = PREFIXES[prefix] ?? (text === '' ? 'docker' : undefined);
  if (told) return plain(told, named, facts);
  const kind = kindOf(text, facts);
  const tool = kind.tools.find((name) => facts.isOnPath(name));
  if (!tool)
    throw usage(
      `--container ${text} needs ${kind.tools.join(' or ')}, and none of them is on PATH.`,
      'Install one, or load its module before you start cooperate.',
    );
  const pulls = kind.is === 'registry' && (tool === 'apptainer' || tool === 'singularity');
  return plain(tool, pulls ? `docker://${text}` : text, facts);
}

interface Kind {
  readonly is: 'file' | 'remote' | 'registry';
  readonly tools: readonly ContainerTool[];
}

function kindOf(image: string, facts: ToolFacts): Kind {
  if (/^[a-z-]+:\/\//.test(image)) return { is: 'remote', tools: ['apptainer', 'singularity'] };
  if (/\.(sif|simg|img)$/.test(image)) return { is: 'file', tools: ['apptainer', 'singularity'] };
  if (/\.(sqfs|squashfs)$/.test(image) || facts.isFolder(absolutePath(image, facts)))
    return { is: 'file', tools: ['apptainer', 'singularity', 'ch-run'] };
  return { is: 'registry', tools: ['docker', 'podman', 'apptainer', 'singularity'] };
}

function plain(tool: ContainerTool, image: string, facts: ToolFacts): Container {
  const verb = VERB[tool];
  // `~` is the only thing in it that the tool would not understand as we do.
  const meant = image.startsWith('~/') ? absolutePath(image, facts) : image;
  return { tool, start: verb === undefined ? [tool] : [tool, verb], options: [], image: meant };
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}
