import type { BarcodeFault } from '../fault.js';
import { aiMatches } from './ai-dictionary.js';
import { type Gs1Element, requireIdentifier } from './element-string.js';

/**
 * What the General Specifications (4.14) ask of elements that stand in one code: a lot needs its item, a count its
 * content, and two net weights in kilograms exclude each other. Kept apart from parsing: a code that breaks these
 * rules can be read, it should only never have been printed.
 * @returns every fault, in the order of the elements; empty when they go together
 */
export function associationFaults(elements: readonly Gs1Element[]): BarcodeFault[] {
  const present = [...new Set(elements.map(({ ai }) => ai))];
  return elements.flatMap((element) => [...excluded(element, present), ...missing(element, present)]);
}

function excluded({ ai, title, offset }: Gs1Element, present: readonly string[]): BarcodeFault[] {
  return requireIdentifier(ai)
    .bars.flatMap((pattern) => present.filter((other) => other !== ai && aiMatches(pattern, other)))
    .map((other) => ({
      code: 'barcodes.ai-excluded',
      offset,
      message: `(${ai}) ${title} and (${other}) must not stand in one code.`,
    }));
}

function missing({ ai, title, offset }: Gs1Element, present: readonly string[]): BarcodeFault[] {
  const has = (pattern: string) => present.some((other) => other !== ai && aiMatches(pattern, other));
  return requireIdentifier(ai)
    .needs.filter((choices) => !choices.some((all) => all.every(has)))
    .map((choices) => {
      const list = choices.map((all) => all.map((one) => `(${one})`).join(' with ')).join(' or ');
      return {
        code: 'barcodes.ai-missing',
        offset,
        message: `(${ai}) ${title} needs ${list} in the same code.`,
      };
    });
}
