/** Whether one of the patterns means this host: `*` is any text, `?` any one character; upper and lower case are the same. */
export function matchesHost(patterns: string | readonly string[], host: string): boolean {
  // Some hosts call themselves laptop, some laptop.example.org.
  const names = [host, host.replace(/\..*$/s, '')].map(letters);
  return [patterns].flat().some((pattern) => names.some((name) => matches(letters(pattern), name)));
}

function letters(text: string): string[] {
  return Array.from(text.toLowerCase());
}

/** Only ever goes back to the last star: a pattern of many stars costs no more than its length times that of the name. */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
  let star = -1;
  let resume = 0;
  let p = 0;
  for (let n = 0; n < name.length;) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (pattern[p] === '?' || pattern[p] === name[n]) {
      p++;
      n++;
    } else if (star < 0) return false;
    else {
      p = star + 1;
      n = ++resume;
    }
  }
  return pattern.slice(p).every((rest) => rest === '*');
}
