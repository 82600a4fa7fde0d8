import type { Completed, CompletedFlag, CompletedVerb, Kind } from './completion-kinds.js';

/** What zsh needs to complete the command line. */
export function zshScript({ name, version, verbs, legacy, flags }: Completed): string {
  const action = (kind: Kind) => actionOf(name, kind);
  const spellings = legacy.map((verb) => `--${verb.name}`);
  const cases = verbs.flatMap((verb) => caseOf(verb, action));
  const described = [
    ...verbs.map((verb) => `    ${quoted(`${verb.name}:${verb.description}`)}`),
    '  )',
    '  flags=(',
    ...legacy.map((verb) => `    ${quoted(`--${verb.name}:${verb.description}`)}`),
    ...flags.map((flag) => `    ${quoted(`${flag.names.at(-1) ?? ''}:${flag.brief}`)}`),
  ];
  return `#compdef ${name}
# zsh completion for ${name} ${version}
#
# In this shell only:  source <(${name} completions zsh)
# In every shell:      write it to a folder of $fpath, before compinit runs in ~/.zshrc:
#   mkdir -p ~/.zsh/completions && ${name} completions zsh > ~/.zsh/completions/_${name}
#   fpath=(~/.zsh/completions $fpath); autoload -Uz compinit; compinit
${ENGINE.replaceAll('NAME', name)
  .replaceAll('SPELLINGS', spellings.join('|'))
  .replace('VERBS', described.join('\n'))
  .replace('CASES', cases.join('\n'))}`;
}

type ActionOf = (kind: Kind) => string;

function caseOf(verb: CompletedVerb, action: ActionOf): string[] {
  const specs = [
    ...verb.flags.map((flag) => flagSpec(flag, action)),
    ...verb.words.map((word) => {
      const message = inMessage(word.name);
      return quoted(word.isRest ? `*::${message}:${action(word.kind)}` : `:${message}:${action(word.kind)}`);
    }),
  ];
  return [
    `    ${verb.name})`,
    ['      _arguments -s -S', ...specs].join(' \\\n        ') + ' && found=0',
    '      ;;',
  ];
}

function flagSpec({ names, brief, value, kind, isRepeatable }: CompletedFlag, action: ActionOf): string {
  const taken = value && kind ? `:${value.isOptional ? ':' : ''}${inMessage(value.name)}:${action(kind)}` : '';
  const explained = quoted(`[${brief.replace(/[[\]\\]/g, '\\$&')}]${taken}`);
  const spelled = names.map((name) => `${name}${value ? (name.startsWith('--') ? '=' : '+') : ''}`);
  const once = isRepeatable ? "'*'" : names.length > 1 ? quoted(`(${names.join(' ')})`) : '';
  return `${once}${spelled.length > 1 ? `{${spelled.join(',')}}` : spelled.join('')}${explained}`;
}

function actionOf(name: string, kind: Kind): string {
  switch (kind.is) {
    case 'words':
      return `(${kind.words.join(' ')})`;
    case 'nothing':
      return ' ';
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'schedule':
      return `_${name}_schedules`;
    case 'command':
      return `_${name}_command`;
    default:
      // Behind a blank it gets no arguments of zsh's own.
      return ` _${name}_ask ${kind.is}`;
  }
}

function inMessage(text: string): string {
  return text.replace(/[:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const ENGINE = `
# What there is of kind $1, as the program knows it.
_NAME_ask() {
  local -a found expl
  local text about
  local typed=\${(Q)PREFIX} schedule=\${(Q)line[1]}
  for about in "\${(@f)$($program __complete $1 "$typed" "$schedule" 2>/dev/null)}"; do
    [[ -n $about ]] || continue
    text=\${about%%$'\\t'*}
    [[ $1 != selection ]] || text=\${text##*[,-]}
    about=\${\${about#*$'\\t'}:#$about}
    found+=("\${text//:/\\\\:}\${about:+:}$about")
  done
  # Of a selection only the last number is completed.
  [[ $1 != selection ]] || compset -P '*[,-]'
  _describe -V -t "$1" "$1" found
}

_NAME_schedules() {
  local -a found files folders expl
  found=("\${(@f)$($program __complete schedule "\${(Q)PREFIX}" 2>/dev/null)}")
  files=("\${(@)\${(@)found:#*/}##*/}")
  folders=("\${(@M)found:#*/}")
  folders=("\${(@)\${(@)folders%/}##*/}")
  files=("\${(@)files:#}") folders=("\${(@)folders:#}")
  (( $#files || $#folders )) || { _files; return }
  compset -P '*/'
  (( ! $#files )) || _wanted -V schedules expl schedule compadd -f -a files
  (( ! $#folders )) || _wanted folders expl folder compadd -f -S / -q -a folders
}

# Of another's command only what stands behind the dashes is completed.
_NAME_command() {
  local -i dashes=\${words[(i)--]}
  (( dashes < CURRENT )) || { compadd -- --; return }
  words=("\${(@)words[dashes+1,-1]}")
  (( CURRENT -= dashes ))
  _normal
}

_NAME() {
  local program=\${~words[1]} verb
  local -i found=1 i
  local -a verbs flags
  whence -p -- $program >/dev/null || program=NAME

  # The original's spellings are verbs, wherever they stand.
  for (( i = 2; i < CURRENT; i++ )); do
    case $words[i] in
      SPELLINGS)
        words=("$words[1]" "\${words[i]#--}" "\${(@)words[2,i-1]}" "\${(@)words[i+1,-1]}")
        break ;;
      (SPELLINGS)=*)
        words=("$words[1]" "\${\${words[i]%%=*}#--}" "\${(@)words[2,i-1]}" "\${words[i]#*=}" "\${(@)words[i+1,-1]}")
        (( CURRENT++ ))
        break ;;
      --|[^-]*) break ;;
    esac
  done

  if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then
    verb=$words[2]
    shift words
    (( CURRENT-- ))
  elif [[ $PREFIX == (SPELLINGS)=* ]]; then
    compset -P '*='
    _NAME_schedules
    return
  fi
  case $verb in
CASES
    '')
      verbs=(
VERBS
  )
      if [[ $PREFIX == -* ]]; then
        _describe -o flag flags && found=0
      else
        _describe -t verbs verb verbs && found=0
      fi
      ;;
  esac
  return found
}

if [[ $funcstack[1] == _NAME ]]; then
  _NAME "$@"
else
  compdef _NAME NAME
fi
`;
