import {
  ASKED,
  type Completed,
  type CompletedFlag,
  type CompletedVerb,
  type Kind,
} from './completion-kinds.js';

/** What fish needs to complete the command line; from version 3.2. */
export function fishScript({ name, version, verbs, legacy, flags }: Completed): string {
  const early = legacy.flatMap((verb) => verb.flags);
  const valued = [
    ...verbs.map((verb) => valuedIn(name, verb.name, verb.flags)),
    valuedIn(
      name,
      '',
      early,
      legacy.map((verb) => `--${verb.name}`),
    ),
  ];
  const lines = [
    ...verbs.map((verb) => line(name, 'at ""', `-a ${verb.name} -d ${quoted(verb.description)}`)),
    ...legacy.map((verb) =>
      line(
        name,
        'in ""',
        `-l ${verb.name} -r ${offer(name, { is: 'schedule' })} -d ${quoted(verb.description)}`,
      ),
    ),
    ...flags.map((flag) => line(name, 'in ""', flagged(name, flag))),
    ...verbs.flatMap((verb) => ['', ...linesOf(name, verb)]),
  ];
  const spellings = legacy.map((verb) => verb.name).join('|');
  return `# fish completion for ${name} ${version}
#
# In this shell only:  ${name} completions fish | source
# In every shell:      ${name} completions fish > ~/.config/fish/completions/${name}.fish
${ENGINE.replaceAll('NAME', name).replaceAll('SPELLINGS', spellings).replace('VALUED', valued.join('\n'))}
complete -c ${name} -e
complete -c ${name} -f
${lines.join('\n')}
`;
}

function linesOf(name: string, { name: verb, words, flags }: CompletedVerb): string[] {
  const inVerb = `in ${verb}`;
  return [
    ...words.map(({ kind, isRest }, i) => {
      const place = `at ${verb} ${i}`;
      // Of another's command only what stands behind the dashes is completed.
      if (kind.is === 'command') return line(name, place, "-a '--'");
      return line(name, isRest ? `${place} more` : place, offer(name, kind));
    }),
    ...(words.some(({ kind }) => kind.is === 'command')
      ? [`complete -c ${name} -n '__${name}_behind ${verb}' -a '(__${name}_command)'`]
      : []),
    ...flags.map((flag) => line(name, inVerb, flagged(name, flag))),
  ];
}

function line(name: string, condition: string, rest: string): string {
  return `complete -c ${name} -n '__${name}_${condition}' ${rest}`;
}

function flagged(name: string, { names, brief, kind, value }: CompletedFlag): string {
  const spelled = names.map((text) => (text.startsWith('--') ? `-l ${text.slice(2)}` : `-s ${text.slice(1)}`));
  // Without -r fish takes only what stands behind = for the value.
  const taken = kind ? `${value?.isOptional ? '' : '-r '}${offer(name, kind)} ` : '';
  return `${spelled.join(' ')} ${taken}-d ${quoted(brief)}`;
}

function offer(name: string, kind: Kind): string {
  switch (kind.is) {
    case 'words':
      return `-f -a ${quoted(kind.words.join(' '))}`;
    case 'file':
      return '-F';
    case 'folder':
      return "-f -a '(__fish_complete_directories)'";
    case 'schedule':
      return `-f -k -a '(__${name}_schedules)'`;
    default:
      return ASKED.includes(kind.is as (typeof ASKED)[number]) ? `-f -k -a '(__${name}_ask ${kind.is})'` : '-f';
  }
}

/** The flags that take the next word for their value. */
function valuedIn(
  name: string,
  verb: string,
  flags: readonly CompletedFlag[],
  more: readonly string[] = [],
): string {
  const names = flags.flatMap(({ names, value }) => (value && !value.isOptional ? names : []));
  return `set -g __${name}_valued_${verb} ${[...new Set([...names, ...more])].join(' ')}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

const ENGINE = `
VALUED

# The verb typed so far, how many words that are no options stand behind it, whether -- does, and the first of the words.
function __NAME_typed
    set -l tokens (commandline -opc)
    set -l verb ''
    set -l count 0
    set -l schedule ''
    set -l skip 0
    for token in $tokens[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $token
            case --
                printf '%s\\n' "$verb" $count behind "$schedule"
                return
            case '--*=*'
                set -l spelling (string match -rg -- '^--(SPELLINGS)=' $token)
                if test -z "$verb" -a -n "$spelling"
                    set verb $spelling
                    set count 1
                    set schedule (string replace -r -- '^[^=]*=' '' $token)
                end
            case '-*'
                set -l spelling (string match -rg -- '^--(SPELLINGS)$' $token)
                if test -z "$verb" -a -n "$spelling"
                    set verb $spelling
                else
                    set -l valued __NAME_valued_$verb
                    contains -- $token $$valued; and set skip 1
                end
            case '*'
                if test -z "$verb"
                    set verb $token
                else
                    test $count = 0; and set schedule $token
                    set count (math $count + 1)
                end
        end
    end
    printf '%s\\n' "$verb" $count before "$schedule"
end

# Whether verb $argv[1] was typed, and no --.
function __NAME_in
    set -l typed (__NAME_typed)
    test "$typed[1]" = "$argv[1]" -a "$typed[3]" = before
end

# The same where word number $argv[2] comes next, or one behind it.
function __NAME_at
    set -l typed (__NAME_typed)
    test "$typed[1]" = "$argv[1]" -a "$typed[3]" = before; or return
    test -z "$argv[2]"; or test $typed[2] = $argv[2]; or test "$argv[3]" = more -a $typed[2] -gt $argv[2]
end

function __NAME_behind
    set -l typed (__NAME_typed)
    test "$typed[1]" = "$argv[1]" -a "$typed[3]" = behind
end

function __NAME_command
    set -l tokens (commandline -opc)
    set -l behind
    if set -l at (contains -i -- -- $tokens); and test $at -lt (count $tokens)
        set behind (string escape -- $tokens[(math $at + 1)..-1])
    end
    complete -C (string join ' ' -- $behind (commandline -ct))
end

# What there is of kind $argv[1], as the program knows it.
function __NAME_ask
    set -l typed (__NAME_typed)
    set -l word (string replace -r -- '^--[^=]*=' '' (string unescape -- (commandline -ct); or commandline -ct))
    set -l program (commandline -opc)[1]
    type -q -- $program; or set program NAME
    $program __complete $argv[1] "$word" "$typed[4]" 2>/dev/null
end

function __NAME_schedules
    set -l found (__NAME_ask schedule)
    if test -n "$found"
        printf '%s\\n' $found
    else
        complete -C "'' "(commandline -ct)
    end
end
`;
