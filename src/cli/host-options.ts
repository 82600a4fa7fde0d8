import type { HostWishes } from '../commands/host.js';
import type { HostOptions } from './program-host.js';

interface SlotOptions {
  readonly jobs?: number;
  readonly perGpu?: number;
}

/** What the host is to be made ready for; `given`: the options as they were typed, without the settings. */
export function hostIn(options: HostOptions, given: HostOptions, { jobs, perGpu }: SlotOptions): HostWishes {
  const { gpus, gpusPerRun, threads, setup, venv, conda, pipenv, poetry, module } = options;
  return {
    slots: { jobs, gpus, perGpu, gpusPerRun, threads },
    environment: said({ setup, venv, conda, pipenv, poetry, module }),
    ...said({ container: options.container }),
    bind: options.bind ?? [],
    typed: argumentsOf(given),
  };
}

type Said<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Options that were not given are left out. */
export function said<T extends object>(options: T): Said<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Said<T>;
}

/** As they can be typed once more for one entry. */
function argumentsOf({ config, timeout, ...others }: HostOptions): readonly string[] {
  const { profile, gpus, gpusPerRun, threads, nice } = others;
  const { venv, conda, pipenv, poetry, module, setup, container, bind } = others;
  const options = {
    ...{ profile, module, conda, venv, pipenv, poetry, setup, container, bind },
    ...{ gpus, 'gpus-per-run': gpusPerRun, threads, nice },
    timeout: timeout === undefined ? undefined : `${timeout / 1000}s`,
  };
  const words = Object.entries(options).flatMap(([name, value]) => asTyped(`--${name}`, value));
  return config === false ? ['--no-config', ...words] : words;
}

function asTyped(flag: string, value: boolean | number | string | readonly string[] | undefined): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [flag];
  // With `=`, or a value that begins with a dash would be taken for an option.
  return [value].flat().map((one) => `${flag}=${one}`);
}
