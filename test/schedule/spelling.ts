import fc from 'fast-check';

/** One argument as it may stand in a schedule, and what a process gets for it. */
export interface SpelledArgument {
  readonly spelling: string;
  readonly value: string;
}

export interface SpelledEntry {
  readonly spelling: string;
  readonly argv: readonly string[];
  readonly marked: boolean;
}

export interface SpelledSchedule {
  readonly bytes: Buffer;
  readonly entries: readonly SpelledEntry[];
}

const SHORT = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function spellingsOf(character: string): string[] {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  const long = units.map((unit) => `\\u${unit}`).join('');
  const spellings = [long, long.toUpperCase().replaceAll('\\U', '\\u')];
  const short = SHORT.get(character);
  if (short !== undefined) spellings.unshift(short);
  const mustEscape = character === '"' || character === '\\' || character < ' ';
  if (!mustEscape) spellings.unshift(character, character, character, character);
  return spellings;
}

/** Any legal way to write the value as a JSON string. */
export function spelledString(value: string): fc.Arbitrary<string> {
  return fc
    .tuple(...Array.from(value, (character) => fc.constantFrom(...spellingsOf(character))))
    .map((characters) => `"${characters.join('')}"`);
}

const text = fc.oneof(
  fc.constantFrom('a', 'b', '1', 'true', 'python', 'executed ', 'ä', '😀', '', '//', '/*', ',', ']', '"', '\\'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const stringArgument: fc.Arbitrary<SpelledArgument> = text
  .map((value) => value.replaceAll('\0', '0'))
  .filter((value) => value !== 'executed')
  .chain((value) => spelledString(value).map((spelling) => ({ spelling, value })));

const otherArgument: fc.Arbitrary<SpelledArgument> = fc
  .oneof(
    fc.constantFrom('true', 'false', '1', '-0', '0.10', '1e5', '1E+05', '-12.5e-3', '0'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  )
  .map((spelling) => ({ spelling, value: spelling }));

const argument = fc.oneof({ weight: 4, arbitrary: stringArgument }, { weight: 1, arbitrary: otherArgument });

const whiteSpace = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constantFrom(' ', '\n    ', '\r\n\t') },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n'), maxLength: 4 }) },
);

const comment = fc.constantFrom('// "a", ]\n', '//\r\n', '/**/', '/* [ */', '/* ä */ // 😀\n', '/***/');

/** What may stand between two tokens; with comments when the text need not be strict. */
function blankOf(loose: boolean): fc.Arbitrary<string> {
  if (!loose) return whiteSpace;
  const commented = fc.tuple(whiteSpace, comment, whiteSpace).map((parts) => parts.join(''));
  return fc.oneof({ weight: 3, arbitrary: whiteSpace }, { weight: 1, arbitrary: commented });
}

/** A JSON list of the items, with anything legal in between. */
function listOf(items: readonly string[], blank: fc.Arbitrary<string>, trailing: fc.Arbitrary<boolean>) {
  const blanks = fc.array(blank, { minLength: 2 * items.length + 2, maxLength: 2 * items.length + 2 });
  return fc.tuple(blanks, trailing).map(([spaces, comma]) => {
    const inner = items.map((item, i) => `${spaces[2 * i]!}${item}${spaces[2 * i + 1]!}`).join(',');
    return `[${inner}${comma && items.length > 0 ? ',' : ''}${spaces.at(-1)!}]`;
  });
}

function entryOf(loose: boolean): fc.Arbitrary<SpelledEntry> {
  const marks = fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: fc.array(spelledString('executed'), { minLength: 1, maxLength: 2 }) },
  );
  const args = fc.array(argument, { minLength: 1, maxLength: 4 });
  return fc
    .tuple(marks, args)
    .chain(([before, behind]) =>
      listOf([...before, ...behind.map((each) => each.spelling)], blankOf(loose), trailingOf(loose)).map(
        (spelling) => ({ spelling, argv: behind.map((each) => each.value), marked: before.length > 0 }),
      ),
    );
}

function trailingOf(loose: boolean): fc.Arbitrary<boolean> {
  return loose ? fc.boolean() : fc.constant(false);
}

/** Any legal schedule in any spelling: white space, CRLF, byte order mark, escapes, numbers, unicode. */
export function schedules({ loose = false, maxEntries = 8 } = {}): fc.Arbitrary<SpelledSchedule> {
  const entry = entryOf(loose);
  return fc.array(entry, { maxLength: maxEntries }).chain((entries) =>
    fc
      .tuple(
        fc.boolean(),
        blankOf(loose),
        listOf(
          entries.map((each) => each.spelling),
          blankOf(loose),
          trailingOf(loose),
        ),
        blankOf(loose),
      )
      .map(([bom, before, list, after]) => ({
        bytes: Buffer.from(`${bom ? '\ufeff' : ''}${before}${list}${after}`),
        entries,
      })),
  );
}

/** What JSON.parse says, with a byte order mark allowed. */
export function parsed(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
}
