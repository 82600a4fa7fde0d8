import { DESIGNS, type DesignName } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';
import { shortened } from '../factors/spelling-items.js';
import { nearest } from '../suggest.js';

/** What may follow the colon; `fractional:` takes any resolution or generators, which the design itself reads. */
const VARIANTS: Partial<Record<DesignName, readonly string[]>> = {
  lhs: ['plain', 'centred', 'maximin'],
  ccd: ['faced', 'inscribed', 'circumscribed'],
};

/** Every way to name a design, but those of `fractional:`. */
export const DESIGN_SPELLINGS = DESIGNS.flatMap((design) => [
  design,
  ...(VARIANTS[design] ?? []).map((variant) => `${design}:${variant}`),
]);

/** What others call them. */
const SYNONYMS: Readonly<Record<string, DesignName>> = {
  grid: 'factorial',
  full: 'factorial',
  'one-at-a-time': 'oat',
  'latin-hypercube': 'lhs',
  'central-composite': 'ccd',
};

export interface NamedDesign {
  readonly design: DesignName;
  readonly variant?: string;
}

/** `lhs:maximin` as a design and its variant. Throws `DesignProblem`. */
export function readDesign(text: string): NamedDesign {
  const colon = text.indexOf(':');
  const word = colon < 0 ? text : text.slice(0, colon);
  const design = DESIGNS.find((known) => known === word);
  if (!design) throw unknownDesign(text, word);
  if (colon < 0) return { design };
  const variant = text.slice(colon + 1);
  const variants = VARIANTS[design];
  const fits = design === 'fractional' ? variant.trim() !== '' : variants?.includes(variant);
  if (!fits) throw unknownVariant(design, variant, variants);
  return { design, variant };
}

function unknownDesign(text: string, word: string): DesignProblem {
  const meant = Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : nearest(word, DESIGNS);
  return new DesignProblem(
    `There is no design ${shortened(JSON.stringify(text))}.`,
    `${meant ? `Did you mean ${meant}? ` : ''}The designs are ${DESIGNS.join(', ')}.`,
  );
}

function unknownVariant(design: DesignName, variant: string, variants?: readonly string[]): DesignProblem {
  if (design === 'fractional')
    return new DesignProblem(
      'After fractional: a resolution or generators are missing.',
      'Write for example fractional:IV or fractional:D=ABC.',
    );
  if (!variants) return new DesignProblem(`The design ${design} has no variants.`, `Write just ${design}.`);
  const meant = nearest(variant, variants);
  return new DesignProblem(
    `The design ${design} has no variant ${shortened(JSON.stringify(variant))}.`,
    `${meant ? `Did you mean ${design}:${meant}? ` : ''}Its variants are ${variants.join(', ')}.`,
  );
}
