import { dirname } from 'node:path';
import { absolutePath, type Place } from '../worker/setup-paths.js';
import type { Layer, SettingsFileValue } from './settings-schema.js';

/** The settings of a file with absolute paths: what stands in a file is meant from where the file is. */
export function withAbsolutePaths(
  value: SettingsFileValue,
  path: string,
  home: string | undefined,
): SettingsFileValue {
  const place = { directory: dirname(path), home };
  const { profiles, ...layer } = value;
  const top = absolute(layer, place);
  if (!profiles) return top;
  const named = Object.entries(profiles).map(([name, profile]) => [name, absolute(profile, place)] as const);
  return { ...top, profiles: Object.fromEntries(named) };
}

function absolute<T extends Layer>(layer: T, place: Place): T {
  const { venv, conda, container, bind } = layer;
  return {
    ...layer,
    ...(venv && { venv: absolutePath(venv, place) }),
    ...(conda && { conda: isFolder(conda) ? absolutePath(conda, place) : conda }),
    ...(container && { container: absoluteImage(container, place) }),
    ...(bind && { bind: [bind].flat().map((text) => absoluteBind(text, place)) }),
  };
}

/** As conda itself tells a folder from a name. */
function isFolder(text: string): boolean {
  return text.includes('/') || text === '~' || text === '.';
}

/** `./rootfs`, `~/x.sif`, `apptainer:x.sif`; all else is the name of an image. */
const IMAGE_FILE =
  /^(?<tool>(?:apptainer|singularity|ch):)?(?<file>\.{1,2}|(?:\.{1,2}|~)\/.*|(?!.*:\/\/).*\.(?:sif|simg|sqfs))$/s;

/** A tool's command line up to its last word, which is the image; the options in it are the tool's affair. */
const COMMAND_LINE = /^(\S*\b(?:apptainer|singularity|docker|podman|ch-run)\s(?:.*\s)?)([^\s'"]+)\s*$/s;

function absoluteImage(text: string, place: Place): string {
  const [, tool, last = ''] = COMMAND_LINE.exec(text) ?? [];
  if (tool === undefined) return absoluteName(text, place);
  const image = absoluteName(last, place);
  return `${tool}${/\s/.test(image) ? `"${image}"` : image}`;
}

function absoluteName(image: string, place: Place): string {
  const { tool = '', file } = IMAGE_FILE.exec(image)?.groups ?? {};
  return file === undefined ? image : `${tool}${absolutePath(file, place)}`;
}

/** Of `HERE:THERE:ro` the first. */
function absoluteBind(text: string, place: Place): string {
  const [here = '', ...within] = text.split(':');
  return [absolutePath(here, place), ...within].join(':');
}
