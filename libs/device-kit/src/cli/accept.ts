import { readFile, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { toText } from '../bytes.js';
import { runnerFor } from '../conformance/replay.js';
import { type Expected, parseTranscript } from '../conformance/transcript.js';
import type { Driver } from '../driver.js';

/**
 * Writes into a transcript what the driver makes of each step now, for a person to read and judge: a test that was written by the
 * code it tests proves nothing until somebody has looked. Comments and inputs are kept.
 */
export async function acceptTranscript(driver: Driver, file: string): Promise<void> {
  const source = await readFile(file, 'utf8');
  const transcript = parseTranscript(file, source);
  const document = parseDocument(source);
  const runner = runnerFor(driver, transcript);
  for (const [i, step] of transcript.steps.entries()) {
    runner.feed(step.input);
    for (const [key, value] of Object.entries(fieldsOf(runner.take()))) {
      if (value === null) document.deleteIn(['steps', i, key]);
      else document.setIn(['steps', i, key], document.createNode(value));
    }
  }
  await writeFile(file, document.toString({ lineWidth: 0 }));
}

function fieldsOf(out: Expected): Record<string, unknown> {
  const some = (list: unknown[]) => (list.length > 0 ? JSON.parse(JSON.stringify(list)) : null);
  return {
    readings: some(out.readings),
    writes: out.writes.length > 0 ? toText(out.writes) : null,
    published: some(out.published),
    requests: some(out.requests),
    outcome: out.outcome,
    state: out.state,
  };
}
