/*
 * Shell code for bash and POSIX shells that enters an environment; words come in quoted. Run in the order and the shell
 * of the entries to be, so nothing may be left in it but what activation itself leaves: all names begin with _cooperate.
 */

/** What tools call the shell that this runs in. */
const shellOr = (posix: 'posix' | 'sh'): string =>
  `_cooperate_shell=${posix}; [ -z "\${BASH_VERSION-}" ] || _cooperate_shell=bash`;

/** Of venv, virtualenv or uv. */
export function activateVenv(folder: string): string {
  return `_cooperate_path=${folder}\n${ENTER}`;
}

/** One that was moved or copied would lead to the python that is found elsewhere, without a word. */
const ENTER = `. "$_cooperate_path/bin/activate" || exit
if [ -n "\${VIRTUAL_ENV-}" ] && [ ! -d "$VIRTUAL_ENV" ]; then
  echo "$_cooperate_path was made as $VIRTUAL_ENV, which is not there: it has been moved, and must be made anew"
  exit 1
fi`;

/** The environment that a project's tool has made, whichever one the worker was started in. */
export function activateProject(tool: 'pipenv' | 'poetry', where: string): string {
  return `_cooperate_path=$(unset VIRTUAL_ENV; ${tool} ${where}) || { [ $? -ne 127 ] || exit 127; _cooperate_path=; }
if [ ! -d "$_cooperate_path" ]; then
  echo "${tool} has no environment for this folder; make it with: ${tool} install"
  exit 1
fi
if [ -f "$_cooperate_path/bin/activate" ]; then
${ENTER}
else
  export PATH="$_cooperate_path/bin:$PATH"
fi`;
}

/** micromamba, and mamba from 2 on, print what the shell needs in another way than conda. */
export function activateConda(name: string): string {
  return `${shellOr('posix')}
_cooperate_exe=
for _cooperate_try in "\${CONDA_EXE-}" "\${MAMBA_EXE-}" conda mamba micromamba; do
  [ -z "$_cooperate_try" ] || _cooperate_exe=$(command -v "$_cooperate_try") && [ -n "$_cooperate_exe" ] && break
done
case \${_cooperate_exe##*/} in
  '') echo 'there is no conda, mamba or micromamba: neither on PATH nor in CONDA_EXE or MAMBA_EXE'; exit 127 ;;
  conda) _cooperate_hook=$("$_cooperate_exe" "shell.$_cooperate_shell" hook) || exit ;;
  *) _cooperate_hook=$("$_cooperate_exe" shell hook --shell "$_cooperate_shell") || exit ;;
esac
eval "$_cooperate_hook"
"\${_cooperate_exe##*/}" activate ${name} || exit`;
}

/** By Lmod or Environment Modules. Before version 4 the latter fails without a status. */
export function loadModule(name: string): string {
  return `if ! command -v module >/dev/null; then
  ${shellOr('sh')}
  for _cooperate_init in "\${LMOD_PKG-}/init/$_cooperate_shell" "\${LMOD_CMD%/libexec/*}/init/$_cooperate_shell" \\
    "\${MODULESHOME-}/init/$_cooperate_shell" /etc/profile.d/z00_lmod.sh /etc/profile.d/lmod.sh \\
    /etc/profile.d/modules.sh /usr/share/lmod/lmod/init/$_cooperate_shell \\
    /usr/share/modules/init/$_cooperate_shell /usr/share/Modules/init/$_cooperate_shell; do
    [ ! -r "$_cooperate_init" ] || . "$_cooperate_init"
    command -v module >/dev/null && break
  done
fi
_cooperate_before=\${LOADEDMODULES-}
if ! command -v module >/dev/null; then
  echo 'there is no module command here: neither Lmod nor Environment Modules was found'
  exit 127
fi
module load ${name} || exit
if [ -z "\${LMOD_CMD-}\${MODULES_CMD-}" ] && [ "$_cooperate_before" = "\${LOADEDMODULES-}" ]; then
  case ":\${LOADEDMODULES-}:" in
    *:${name}:* | *:${name}/*) ;;
    *) exit 1 ;;
  esac
fi`;
}
