import { ASKED, type Completed, type CompletedFlag, type Kind } from './completion-kinds.js';

/** What bash needs to complete the command line; from version 4.4, and with less comfort from 3.2. */
export function bashScript({ name, version, verbs, legacy, flags }: Completed): string {
  const spellings = legacy.map((verb) => `--${verb.name}`);
  // Before a verb may stand what belongs to the verb of an original's spelling behind it.
  const early = flagCases(legacy.flatMap((verb) => verb.flags));
  const verbNames = `words ${verbs.map((verb) => verb.name).join(' ')}`;
  const cases = [
    ...block(
      "''",
      [...spellings, ...offered(flags)],
      [[spellings.join('|'), 'schedule'], ...early],
      [verbNames],
    ),
    ...verbs.flatMap((verb) =>
      block(
        verb.name,
        offered(verb.flags),
        flagCases(verb.flags),
        verb.words.map(({ kind, isRest }) => `${isRest ? '*' : ''}${shown(kind)}`),
      ),
    ),
  ];
  return `# bash completion for ${name} ${version}
#
# In this shell only:  source <(${name} completions bash)
# In every shell:      add that line to ~/.bashrc, or, where bash-completion is installed,
#   mkdir -p ~/.local/share/bash-completion/completions
#   ${name} completions bash > ~/.local/share/bash-completion/completions/${name}

# Verb $1: its flags, the kinds of its words, and the kind of the value of option $2.
_${name}_table() {
  kind= flags= kinds=()
  case $1 in
${cases.join('\n')}
  esac
}
${ENGINE.replaceAll('NAME', name).replaceAll('SPELLINGS', spellings.join('|')).replaceAll('ASKED', ASKED.join('|'))}`;
}

/** The long names, where there are any: who likes the short ones types them faster than a tab. */
function offered(flags: readonly CompletedFlag[]): string[] {
  return flags.flatMap(({ names }) => names.slice(-1));
}

type Case = readonly [pattern: string, kind: string];

function block(
  pattern: string,
  flags: readonly string[],
  values: readonly Case[],
  words: readonly string[],
): string[] {
  return [
    `    ${pattern})`,
    `      flags='${flags.join(' ')}'`,
    ...(words.length > 0 ? [`      kinds=(${words.map((word) => `'${word}'`).join(' ')})`] : []),
    ...(values.length > 0
      ? [
          '      case $2 in',
          ...values.map(([names, kind]) => `        ${names}) kind='${kind}' ;;`),
          '      esac',
        ]
      : []),
    '      ;;',
  ];
}

/** One line for all that take the same kind of value. */
function flagCases(flags: readonly CompletedFlag[]): Case[] {
  const byKind = new Map<string, Set<string>>();
  for (const { names, kind, value } of flags) {
    if (!kind) continue;
    const text = `${value?.isOptional ? '?' : ''}${shown(kind)}`;
    const same = byKind.get(text) ?? new Set();
    byKind.set(text, same);
    for (const name of names) same.add(name);
  }
  return [...byKind].map(([kind, names]) => [[...names].join('|'), kind]);
}

function shown(kind: Kind): string {
  return kind.is === 'words' ? `words ${kind.words.join(' ')}` : kind.is;
}

const ENGINE = `
_NAME() {
  local program=$1 rest=\${COMP_LINE:0:COMP_POINT} typed=() begins=() piece i n=-1
  local word cut verb= option= value prefix= schedule= dashes= count=0
  local kind flags kinds=() IFS=$' \\t\\n'
  COMPREPLY=()
  compopt +o default +o bashdefault 2>/dev/null

  # Readline splits at = and : too: what has no blank between is one word again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((n < 0)) || [[ $rest == [[:space:]]* ]]; then
      n=$((n + 1)) begins[n]=$i typed[n]=
    fi
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    piece=\${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && piece=$rest
    rest=\${rest#"$piece"}
    typed[n]=\${typed[n]}$piece
  done
  word=\${typed[n]}
  # What of it readline keeps and does not want to hear again.
  cut=\${word%"$piece"}
  [[ $piece == [=:] || $piece == :: ]] && cut=$word

  for ((i = 1; i < n && \${#dashes} == 0; i++)); do
    piece=\${typed[i]}
    case $piece in
      --) dashes=$i ;;
      SPELLINGS)
        [[ -n $verb ]] || verb=\${piece#--} ;;
      -*=*)
        if [[ -z $verb ]]; then
          case \${piece%%=*} in SPELLINGS) verb=\${piece%%=*} verb=\${verb#--} schedule=\${piece#*=} count=1 ;; esac
        fi ;;
      -*)
        _NAME_table "$verb" "$piece"
        # A value that need not be given is taken for one behind the schedule, or when it cannot be a path.
        if [[ $kind == \\?* ]]; then
          if ((i + 1 == n)); then
            ((count > 0)) && option=$piece
          elif [[ \${typed[i + 1]} != -* && \${typed[i + 1]} != *[./]* ]]; then
            i=$((i + 1))
          fi
        elif [[ -n $kind ]]; then
          i=$((i + 1))
          ((i == n)) && option=$piece
        fi ;;
      *)
        if [[ -z $verb ]]; then
          verb=$piece
        else
          ((count == 0)) && schedule=$piece
          count=$((count + 1))
        fi ;;
    esac
  done

  value=$word
  if [[ -n $dashes ]]; then
    kind=command
  elif [[ -n $option ]]; then
    _NAME_table "$verb" "$option"
  elif [[ $word == -*=* ]]; then
    _NAME_table "$verb" "\${word%%=*}"
    value=\${word#*=} prefix=\${word%%=*}=
    [[ $cut == "$prefix"* ]] && cut=\${cut#"$prefix"} prefix=
  else
    _NAME_table "$verb" ''
    i=$((\${#kinds[@]} - 1))
    if [[ $word == -* ]]; then
      kind="words $flags"
    elif ((count <= i)); then
      kind=\${kinds[count]#\\*}
    elif ((i >= 0)) && [[ \${kinds[i]} == \\** ]]; then
      kind=\${kinds[i]#\\*}
    else
      kind="words $flags"
    fi
    # Of another's command only what stands behind the dashes is completed.
    [[ $kind == command ]] && kind='words --'
  fi

  case \${kind#\\?} in
    words\\ *)
      while IFS= read -r piece; do
        COMPREPLY+=("$prefix$piece")
      done < <(compgen -W "\${kind#*words }" -- "$value") ;;
    file) compopt -o default -o bashdefault 2>/dev/null ;;
    folder) compopt -o dirnames 2>/dev/null ;;
    command)
      if declare -F _command_offset >/dev/null; then
        _command_offset "\${begins[dashes + 1]}"
      elif ((n == dashes + 1)); then
        while IFS= read -r piece; do
          COMPREPLY+=("$piece")
        done < <(compgen -c -- "$word")
      fi
      ((\${#COMPREPLY[@]} > 0)) || compopt -o default -o bashdefault 2>/dev/null ;;
    ASKED)
      type -P "$program" >/dev/null || program=NAME
      while IFS= read -r piece; do
        piece=\${piece%%$'\\t'*}
        # Readline puts the slash behind a folder that it can see.
        [[ -z $cut ]] && piece=\${piece%/}
        COMPREPLY+=("$prefix$piece")
      done < <("\${program/#\\~\\//$HOME/}" __complete "--bash=$cut" "$kind" "$value" "$schedule" 2>/dev/null)
      compopt -o nosort 2>/dev/null
      if [[ $kind == schedule ]]; then
        compopt -o filenames 2>/dev/null
        ((\${#COMPREPLY[@]} == 1)) && [[ $COMPREPLY == */ ]] && compopt -o nospace 2>/dev/null
        ((\${#COMPREPLY[@]} > 0)) || compopt -o default -o bashdefault 2>/dev/null
      fi ;;
  esac
}

complete -o bashdefault -o default -F _NAME NAME
`;
