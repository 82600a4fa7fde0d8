import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fractional } from '../../src/doe/designs/fractional.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { dot, matrixOf, resolutionIn, wordLengths } from '../support/aliases.js';

function problemOf(factors: number, variant: string | undefined): string {
  try {
    fractional(factors, variant);
  } catch (error) {
    if (error instanceof DesignProblem) return `${error.problem} ${error.remedy}`;
    throw error;
  }
  return 'no problem';
}

/** From the design matrix, up to words of the given length. */
const lengthsOf = (factors: number, variant: string, longest: number) => {
  const { points, runs } = fractional(factors, variant);
  expect(points.count).toBe(runs);
  return { runs, lengths: wordLengths(matrixOf(points, factors), longest).slice(3) };
};

/** Every product of columns that is constant, with its sign, and I. */
function relationOf(matrix: readonly (readonly number[])[]): Set<string> {
  const letters = Array.from('ABCDEFGHJK').slice(0, matrix[0]!.length);
  const relation = new Set(['I']);
  for (let subset = 1; subset < 2 ** letters.length; subset++) {
    const chosen = letters.flatMap((_, f) => ((subset >>> f) & 1 ? [f] : []));
    const products = new Set(matrix.map((row) => chosen.reduce((product, f) => product * row[f]!, 1)));
    if (products.size === 1)
      relation.add((products.has(-1) ? '-' : '') + chosen.map((f) => letters[f]).join(''));
  }
  return relation;
}

const textbook = {
  3: ['C=AB'],
  4: ['D=ABC'],
  5: ['D=AB', 'E=AC'],
  6: ['D=AB', 'E=AC', 'F=BC'],
  7: ['D=AB', 'E=AC', 'F=BC', 'G=ABC'],
  8: ['E=ABC', 'F=BCD', 'G=ACD', 'H=ABD'],
  9: ['E=ABC', 'F=BCD', 'G=ACD', 'H=ABD', 'J=ABCD'],
};

describe('a fractional factorial of a resolution', () => {
  it.each(Object.entries(textbook))(
    'has the generators of the textbooks for %s factors',
    (factors, generators) => {
      expect(fractional(Number(factors), 'III').generators).toEqual(generators);
    },
  );

  it('is of resolution IV where nothing is said', () => {
    const design = fractional(7, undefined);
    expect(design).toMatchObject({ runs: 16, resolution: 4, generators: ['E=ABC', 'F=BCD', 'G=ACD'] });
    expect(design.definingRelation).toBe('I = ABCE = ABFG = ACDG = ADEF = BCDF = BDEG = CEFG');
    expect(design.facts.join('\n')).toMatch(
      /^2\^\(7-3\) .* 16 runs, resolution IV: main effects are clear of/u,
    );
  });

  it('has the first factor alternate fastest, all of the first ones as in a full factorial', () => {
    expect(matrixOf(fractional(4, 'IV').points, 4)).toEqual([
      [-1, -1, -1, -1],
      [1, -1, -1, 1],
      [-1, 1, -1, 1],
      [1, 1, -1, -1],
      [-1, -1, 1, 1],
      [1, -1, 1, -1],
      [-1, 1, 1, -1],
      [1, 1, 1, 1],
    ]);
  });

  // Numbers of words with 3, 4, ... letters: Chen, Sun and Wu 1993 (16 to 64 runs), Xu 2009 (from 128 runs).
  it.each([
    [5, 'III', 8, [2, 1]],
    [6, 'III', 8, [4, 3]],
    [7, 'III', 8, [7, 7]],
    [9, 'III', 16, [4, 14, 8, 0, 4, 1]],
    [10, 'III', 16, [8, 18, 16, 8, 8, 5]],
    [11, 'III', 16, [12, 26, 28, 24, 20, 13]],
    [12, 'III', 16, [16, 39, 48, 48, 48, 39]],
    [13, 'III', 16, [22, 55, 72]],
    [14, 'III', 16, [28, 77, 112]],
    [15, 'III', 16, [35, 105, 168]],
    [17, 'III', 32, [8, 140, 112, 448]],
    [18, 'III', 32, [16, 148, 224]],
    [19, 'III', 32, [24, 164, 344]],
    [20, 'III', 32, [32, 188, 480]],
    [21, 'III', 32, [40, 220, 641]],
    [22, 'III', 32, [48, 263, 832]],
    [23, 'III', 32, [56, 315, 1064]],
    [24, 'III', 32, [64, 378]],
    [25, 'III', 32, [76, 442]],
    [26, 'III', 32, [88, 518]],
    [27, 'III', 32, [100, 606]],
    [28, 'III', 32, [112, 707]],
    [31, 'III', 32, [155, 1085]],
    [6, 'IV', 16, [0, 3, 0, 0]],
    [7, 'IV', 16, [0, 7, 0, 0, 0]],
    [8, 'IV', 16, [0, 14, 0, 0, 0, 1]],
    [9, 'IV', 32, [0, 6, 8, 0, 0, 1]],
    [10, 'IV', 32, [0, 10, 16, 0, 0, 5]],
    [11, 'IV', 32, [0, 25, 0, 27, 0, 10]],
    [12, 'IV', 32, [0, 38, 0, 52, 0, 33]],
    [13, 'IV', 32, [0, 55, 0, 96]],
    [14, 'IV', 32, [0, 77, 0, 168]],
    [15, 'IV', 32, [0, 105, 0, 280]],
    [16, 'IV', 32, [0, 140, 0, 448]],
    [17, 'IV', 64, [0, 59, 108]],
    [18, 'IV', 64, [0, 78, 144]],
    [19, 'IV', 64, [0, 100, 192]],
    [20, 'IV', 64, [0, 125, 256]],
    [21, 'IV', 64, [0, 204]],
    [22, 'IV', 64, [0, 250]],
    [23, 'IV', 64, [0, 304]],
    [24, 'IV', 64, [0, 365]],
    [25, 'IV', 64, [0, 435]],
    [26, 'IV', 64, [0, 515]],
    [27, 'IV', 64, [0, 605]],
    [28, 'IV', 64, [0, 706]],
    [29, 'IV', 64, [0, 819]],
    [30, 'IV', 64, [0, 945]],
    [31, 'IV', 64, [0, 1085]],
    [32, 'IV', 64, [0, 1240]],
    [5, 'V', 16, [0, 0, 1]],
    [6, 'V', 32, [0, 0, 0, 1]],
    [7, 'V', 64, [0, 0, 0, 0, 1]],
    [8, 'V', 64, [0, 0, 2, 1]],
    [9, 'V', 128, [0, 0, 0, 3]],
    [10, 'V', 128, [0, 0, 3, 3, 1]],
    [11, 'V', 128, [0, 0, 6, 6, 2, 1]],
    [12, 'V', 256, [0, 0, 0, 12]],
    [13, 'V', 256, [0, 0, 3, 12]],
    [14, 'V', 256, [0, 0, 9, 18]],
    [15, 'V', 256, [0, 0, 15]],
    [16, 'V', 256, [0, 0, 24]],
    [17, 'V', 256, [0, 0, 34]],
    [18, 'V', 512, [0, 0, 0]],
    [19, 'V', 512, [0, 0, 12]],
    [20, 'V', 512, [0, 0, 16]],
    [21, 'V', 512, [0, 0, 21]],
    [22, 'V', 512, [0, 0, 63]],
    [23, 'V', 512, [0, 0, 84]],
    [10, 'VI', 256, [0, 0, 0, 1, 2]],
    [11, 'VI', 256, [0, 0, 0, 6, 0, 1]],
  ])(
    'of %i factors for resolution %s has %i runs and the word lengths %j',
    (factors, resolution, runs, lengths) => {
      const found = lengthsOf(factors, resolution, lengths.length + 2);
      expect(found).toEqual({ runs, lengths });
    },
  );

  it.each([
    [22, 5, 512],
    [23, 5, 512],
    [24, 6, 1024],
    [30, 5, 1024],
    [12, 7, 1024],
    [15, 7, 1024],
    [9, 8, 256],
  ])(
    'of %i factors has resolution %i in the fewest runs of any linear code, %i',
    (factors, resolution, runs) => {
      const design = fractional(factors, String(resolution));
      expect(design.runs).toBe(runs);
      expect(design.resolution).toBeGreaterThanOrEqual(resolution);
      expect(wordLengths(matrixOf(design.points, factors), 4).slice(1)).toEqual([0, 0, 0, 0]);
      expect(design.facts.join(' ')).not.toContain('may exist');
    },
  );

  it('has the resolution that it says, and all runs different', () => {
    for (let factors = 3; factors <= 16; factors++) {
      for (const wanted of [3, 4, 5, 6]) {
        const design = fractional(factors, String(wanted));
        const matrix = matrixOf(design.points, factors);
        expect(design.resolution).toBeGreaterThanOrEqual(wanted);
        expect(resolutionIn(matrix, wanted)).toBe(design.resolution > wanted ? undefined : wanted);
        expect(new Set(matrix.map(String)).size).toBe(design.runs);
      }
    }
  });

  it('is the full factorial where no fraction has the resolution', () => {
    for (const [factors, variant, runs] of [
      [1, undefined, 2],
      [2, 'III', 4],
      [3, 'IV', 8],
      [5, 'XII', 32],
      [20, '21', 2 ** 20],
    ] as const) {
      const design = fractional(factors, variant);
      expect(design).toMatchObject({ runs, resolution: Infinity, generators: [], definingRelation: '' });
      expect(design.facts.join(' ')).toContain(`all ${runs} combinations`);
    }
  });

  it('knows the resolution by its number and in small letters', () => {
    for (const variant of ['5', ' v ', 'V']) expect(fractional(10, variant).runs).toBe(128);
  });

  it('is found for many factors, in reasonable time', () => {
    expect(fractional(1000, 'III')).toMatchObject({ runs: 1024, resolution: 3 });
    expect(fractional(1000, 'IV')).toMatchObject({ runs: 2048, resolution: 4 });
    const design = fractional(60, 'V');
    expect(design.runs).toBeLessThanOrEqual(8192);
    expect(design.facts.join(' ')).toContain('fewer runs may exist');
    expect(design.generators.at(-1)).toMatch(/^\[60\]=/u);
  });

  it('says so where none is found within the limit', () => {
    expect(problemOf(40, '11')).toMatch(/^No fraction of 40 factors with resolution XI .* 1048576 runs/u);
    expect(problemOf(1000, 'V')).toContain('Ask for resolution IV');
  });
});

describe('a fractional factorial of generators', () => {
  it('makes each column the product that its generator says, with its sign', () => {
    const design = fractional(5, 'D=ABC,E=-AB');
    expect(design).toMatchObject({ runs: 8, resolution: 3, generators: ['D=ABC', 'E=-AB'] });
    expect(design.definingRelation).toBe('I = -ABE = -CDE = ABCD');
    for (const [a, b, c, d, e] of matrixOf(design.points, 5) as [number, number, number, number, number][]) {
      expect(d).toBe(a * b * c);
      expect(e).toBe(-a * b);
    }
  });

  it('multiplies signs in the defining relation', () => {
    expect(fractional(5, 'D=-ABC,E=-AB').definingRelation).toBe('I = -ABE = CDE = -ABCD');
  });

  it('takes any factors as the base', () => {
    const design = fractional(4, 'A=BCD');
    expect(matrixOf(design.points, 4)[0]).toEqual([-1, -1, -1, -1]);
    expect(matrixOf(design.points, 4)[1]).toEqual([1, 1, -1, -1]);
  });

  it('reads spaces, small letters, + and the minus sign of books', () => {
    expect(fractional(6, ' e=+abc,  f=\u2212bcd ').generators).toEqual(['E=ABC', 'F=-BCD']);
  });

  it('reads what it writes: after Z small letters, then numbers, all without I', () => {
    for (const factors of [16, 30, 60]) {
      const { generators, points } = fractional(factors, 'IV');
      const again = fractional(factors, generators.join(','));
      expect(again.generators).toEqual(generators);
      expect(matrixOf(again.points, factors)).toEqual(matrixOf(points, factors));
    }
    const names = fractional(60, 'IV').generators.map((text) => text.replace(/=.*/u, ''));
    expect(names.join('')).toMatch(/^HJ.*Zab.*hj.*z\[51\]\[52\].*\[60\]$/u);
  });

  it('has the resolution that the matrix shows, whatever the generators', () => {
    const anyDesign = fc.integer({ min: 2, max: 5 }).chain((base) =>
      fc.record({
        base: fc.constant(base),
        words: fc.uniqueArray(
          fc.integer({ min: 3, max: 2 ** base - 1 }).filter((word) => (word & (word - 1)) !== 0),
          { minLength: 1, maxLength: 5 },
        ),
        signs: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(anyDesign, ({ base, words, signs }) => {
        const factors = base + words.length;
        const letters = 'ABCDEFGHJK';
        const text = words.map((word, at) => {
          const right = ['A', 'B', 'C', 'D', 'E'].filter((_, bit) => (word >>> bit) & 1).join('');
          return `${letters[base + at]}=${signs[at] ? '-' : ''}${right}`;
        });
        const design = fractional(factors, text.join(','));
        const matrix = matrixOf(design.points, factors);
        expect(design.generators).toEqual(text);
        expect(resolutionIn(matrix, factors)).toBe(design.resolution);
        if (words.length <= 4)
          expect(relationOf(matrix)).toEqual(new Set(design.definingRelation.split(' = ')));
        expect(new Set(matrix.map(String)).size).toBe(2 ** base);
        for (let a = 0; a < factors; a++) {
          expect(matrix.reduce((sum, row) => sum + row[a]!, 0)).toBe(0);
          for (let b = 0; b < a; b++) expect(dot(matrix, a, b)).toBe(0);
        }
      }),
    );
  });

  it.each([
    [5, 'D=ABC,E=ABX', 'has X, which is the letter of no factor: they are A to E'],
    [5, 'E=ABI', 'Leave out I'],
    [5, 'F=ABC', 'has F, which is the letter of no factor'],
    [5, 'D=AB[9]', 'has [9]'],
    [5, 'D=AB[0]', 'has [0]'],
    [5, 'D=ABC,E=ABD', 'E=ABD uses D, which has a generator itself'],
    [5, 'D=ABC,D=AB', 'D has two generators'],
    [5, 'D=A', 'would always change together'],
    [5, 'D=AB,E=BA', 'D and E are both the product AB'],
    [5, 'D=ABB', 'has B twice'],
    [5, 'D=ABD', 'has D twice'],
    [5, 'D=', 'is not a generator'],
    [5, '=ABC', 'is not a generator'],
    [5, 'D=ABC;E=AB', 'is not a generator'],
    [5, 'D=A*B', 'is not a generator'],
    [5, '\u00c4=ABC', 'is not a generator'],
    [1, 'A=AA', 'has A twice'],
    [60, 'D=ABC', '2^59 runs'],
  ])('of %i factors is refused for %j', (factors, variant, problem) => {
    expect(problemOf(factors, variant)).toContain(problem);
  });
});

it.each([
  [5, 'II', 'In a design of resolution II,'],
  [5, '0', 'In a design of resolution 0,'],
  [5, '2', 'Ask for resolution III or more'],
  [5, '-3', 'neither a resolution nor generators'],
  [5, '2.5', 'neither a resolution nor generators'],
  [5, 'faced', 'neither a resolution nor generators'],
  [5, 'NaN', 'neither a resolution nor generators'],
  [0, undefined, 'from 1 to 1000 factors, not 0'],
  [-1, undefined, 'not -1'],
  [2.5, undefined, 'not 2.5'],
  [NaN, undefined, 'not NaN'],
  [Infinity, undefined, 'not Infinity'],
  [1001, 'III', 'not 1001'],
])('a fractional factorial of %d factors and variant %j is refused', (factors, variant, problem) => {
  expect(problemOf(factors, variant)).toContain(problem);
});
