import { Matches } from 'class-validator';

/** No control, formatting, private-use or unpaired characters, and not blank: what a label, a log and a screen show as it is. */
const LINE = /^(?=.*\S)[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+$/u;

/** Whether a text is one line that can be shown anywhere. */
export function isLine(text: string): boolean {
  return LINE.test(text);
}

/** One line of text that people write and read; with `each`, a list of such lines. */
export function IsLine({ each = false } = {}): PropertyDecorator {
  return Matches(LINE, { each, message: 'must be one line of text without control characters' });
}
