/** Of the host: of no use in a container, or in the way there. */
const HOSTS_OWN =
  /^(PATH|MANPATH|INFOPATH|PKG_CONFIG_PATH|LD_.*|HOME|TMPDIR|SHELL|PYTHONHOME|VIRTUAL_ENV.*|CONDA_.*|_CE_.*|MAMBA_.*|BASH_.*|LMOD_.*|__LMOD.*|MODULE.*|_?LOADEDMODULES.*|_LMFILES_.*|_ModuleTable.*)$/;

/** The variables that a set-up has given, where a container starts without any. */
export function namesSet(
  before: Readonly<NodeJS.ProcessEnv>,
  after: Readonly<NodeJS.ProcessEnv>,
): readonly string[] {
  return Object.keys(after).filter((name) => after[name] !== before[name] && !HOSTS_OWN.test(name));
}
