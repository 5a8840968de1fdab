import type { DeviceFrame } from '#lib/contracts';
import { LEFT_OUT } from './redact.js';

/** A question about a printer's state is shorter (`~HQES` has 5 bytes), a label with a name on it longer. */
const QUESTION_BYTES_MAX = 16;
const PRINT = /^\s*\{\s*"op"\s*:\s*"print"/;

/**
 * Frames as they may leave the house: labels bear consignees' names and addresses. Of print commands and of what a printer was sent only
 * the length is told; what devices said stays. Pure.
 */
export function withoutLabels(frames: readonly DeviceFrame[], prints: boolean): DeviceFrame[] {
  return frames.map((frame) => {
    const bytes = Buffer.from(frame.hex, 'hex');
    if (frame.direction === 'command' && PRINT.test(bytes.toString())) {
      const text = `{"op":"print"} ${LEFT_OUT}: ${bytes.length} bytes`;
      return { ...frame, hex: Buffer.from(text).toString('hex') };
    }
    if (frame.direction === 'out' && prints && bytes.length > QUESTION_BYTES_MAX)
      return { ...frame, hex: '', decoded: `${LEFT_OUT}: ${bytes.length} bytes` };
    return frame;
  });
}
