/** One line of a receipt as far as it has come. */
export interface ExpectedLine {
  id: string;
  lineNo: number;
  expected: number;
  received: number;
  /** '' when the merchant did not say which lot comes. */
  lot: string;
}

export type Receiving =
  | { accepted: true; takes: { lineId: string; quantity: number }[] }
  | {
      accepted: false;
      code: 'receiving.over-receipt' | 'receiving.wrong-lot';
      detail: string;
      facts: { sku: string; stillExpected: number; got: number; needed?: string };
    };

/** Spreads goods that arrived over the lines that expect them; more than expected is refused, not silently kept. */
export function receiveAgainst(
  lines: readonly ExpectedLine[],
  goods: { sku: string; quantity: number; lot: string },
): Receiving {
  const fitting = lines.filter((line) => line.lot === '' || line.lot === goods.lot);
  if (fitting.length === 0) {
    const lots = lines.map((line) => line.lot).join(', ');
    const detail = `This receipt expects ${goods.sku} of lot ${lots}, not ${goods.lot || 'without a lot'}.`;
    const facts = { sku: goods.sku, stillExpected: 0, got: goods.quantity, needed: lots };
    return { accepted: false, code: 'receiving.wrong-lot', detail, facts };
  }
  const takes: { lineId: string; quantity: number }[] = [];
  let left = goods.quantity;
  for (const line of fitting) {
    const quantity = Math.min(left, line.expected - line.received);
    if (quantity > 0) takes.push({ lineId: line.id, quantity });
    left -= Math.max(0, quantity);
  }
  if (left > 0) {
    const stillExpected = goods.quantity - left;
    const detail = `Only ${stillExpected} more of ${goods.sku} are expected, got ${goods.quantity}. Set the rest aside and ask a supervisor.`;
    const facts = { sku: goods.sku, stillExpected, got: goods.quantity };
    return { accepted: false, code: 'receiving.over-receipt', detail, facts };
  }
  return { accepted: true, takes };
}
