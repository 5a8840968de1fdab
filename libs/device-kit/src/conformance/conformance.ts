import type { DriverFolder, Quality } from './folder.js';
import { checkRealLink } from './rule-real-link.js';
import {
  checkAnswers,
  checkGarbage,
  checkNoise,
  checkReplay,
  checkSplits,
  checkThroughput,
  checkTruncated,
  checkUnplug,
} from './rules-codec.js';
import { checkErrorsHaveNoValue, checkFolder } from './rules-static.js';

export interface ConformanceRule {
  id: number;
  title: string;
  /** What is wrong, as a sentence; null when the rule holds. */
  check(folder: DriverFolder): string | null | Promise<string | null>;
}

export const CONFORMANCE_RULES: readonly ConformanceRule[] = [
  {
    id: 1,
    title: 'the folder is whole, its manifest and schema are valid, its code is pure',
    check: checkFolder,
  },
  { id: 2, title: 'every transcript gives exactly its readings and effects', check: checkReplay },
  { id: 3, title: 'the result is the same under every split, byte by byte and glued', check: checkSplits },
  { id: 4, title: 'garbage before and between frames is got over', check: checkGarbage },
  { id: 5, title: 'half a frame gives a fault and no reading', check: checkTruncated },
  { id: 6, title: '10 MB of noise: bounded memory, no exception', check: checkNoise },
  { id: 7, title: 'late, missing and doubled answers', check: checkAnswers },
  { id: 8, title: 'an unplug in mid-frame leaves nothing behind', check: checkUnplug },
  { id: 9, title: 'an error never becomes a value', check: checkErrorsHaveNoValue },
  { id: 10, title: 'ten times the declared rate', check: checkThroughput },
  { id: 11, title: 'driver and simulator meet over real links', check: checkRealLink },
];

export interface RuleResult {
  id: number;
  title: string;
  outcome: 'passed' | 'failed' | 'exempt';
  detail?: string;
}

/** Rules that a driver may not be without, even to be merged. */
const BRONZE = [1, 2, 6, 8, 9];

/** Judges one rule. An exception in the driver is a failure of the rule, not of the suite. */
export async function checkRule(rule: ConformanceRule, folder: DriverFolder): Promise<RuleResult> {
  const { id, title } = rule;
  const exempt = folder.quality.rules[String(id)];
  if (typeof exempt === 'object') return { id, title, outcome: 'exempt', detail: exempt.exempt };
  try {
    const wrong = await rule.check(folder);
    return wrong === null
      ? { id, title, outcome: 'passed' }
      : { id, title, outcome: 'failed', detail: wrong };
  } catch (error) {
    return {
      id,
      title,
      outcome: 'failed',
      detail: `exception: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Judges a driver by all rules, in their order. */
export async function checkConformance(folder: DriverFolder): Promise<RuleResult[]> {
  const results: RuleResult[] = [];
  for (const rule of CONFORMANCE_RULES) results.push(await checkRule(rule, folder));
  return results;
}

/**
 * The level results amount to: silver (fit for a live line) when every rule passes, bronze (fit to be merged) when the bronze rules
 * pass, otherwise none. A rule that a device cannot meet is exempt with its reason, and keeps the driver at bronze.
 */
export function earnedLevel(results: readonly RuleResult[]): 'silver' | 'bronze' | 'none' {
  const passed = (id: number) => results.find((result) => result.id === id)?.outcome === 'passed';
  if (!BRONZE.every(passed)) return 'none';
  return results.every((result) => result.outcome === 'passed') ? 'silver' : 'bronze';
}

/** What quality.yaml claims beyond the results; null when it is true. */
export function falseClaim(quality: Quality, results: readonly RuleResult[]): string | null {
  for (const result of results) {
    const claim = quality.rules[String(result.id)];
    if (claim === 'done' && result.outcome === 'failed')
      return `quality.yaml calls rule ${result.id} done, and it fails`;
    if (claim === undefined) return `quality.yaml does not name rule ${result.id}`;
  }
  const ranks = ['none', 'bronze', 'silver'];
  const earned = earnedLevel(results);
  if (ranks.indexOf(quality.level) <= ranks.indexOf(earned)) return null;
  return `quality.yaml claims ${quality.level}, the rules earn ${earned}`;
}
