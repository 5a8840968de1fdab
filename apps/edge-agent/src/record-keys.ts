const SEQ_DIGITS = 16;

/** Where a record of a stream lies in the store. */
export function recordKey(stream: string, seq: number): string {
  return `o!${stream}!${String(seq).padStart(SEQ_DIGITS, '0')}`;
}

export function ackKey(stream: string): string {
  return `a!${stream}`;
}

/** The stream that a record belongs to. */
export function streamNameOf(key: string): string {
  return key.slice(2, -SEQ_DIGITS - 1);
}

export function seqOf(key: string): number {
  return Number(key.slice(-SEQ_DIGITS));
}
