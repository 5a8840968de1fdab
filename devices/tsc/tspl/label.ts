import { hasControl, labelFault } from '#lib/device-kit';

/** Lines that a label of ours consists of. Everything else (files, firmware, settings that stay) is not for a print job. */
const COMMANDS =
  /^(?:SIZE|GAP|BLINE|OFFSET|SPEED|DENSITY|DIRECTION|REFERENCE|SHIFT|CODEPAGE|CLS|TEXT|BLOCK|BARCODE|DMATRIX|QRCODE|BAR|BOX|PRINT)\b/;

/**
 * The label with its job id as a comment (`REM`), so that what a printer received can be traced to its job; or why it must not be
 * sent. One label only: a second `PRINT` would be a second label; `<ESC>` and `~!` start commands that reach past this label.
 */
export function labelForJob(
  jobId: string,
  tspl: string | undefined,
): { ok: true; tspl: string } | { ok: false; reason: string } {
  const label = (tspl ?? '').trim();
  const reason = label === '' ? 'the label came without its TSPL' : labelFault(jobId, label);
  if (reason) return { ok: false, reason };
  if (label.includes('~!')) return { ok: false, reason: 'the label holds a ~! command' };
  const lines = label.split(/\r?\n/);
  if (lines.some((line) => hasControl(line)))
    return { ok: false, reason: 'the label holds control characters' };
  const strange = lines.find((line) => !COMMANDS.test(line));
  if (strange !== undefined)
    return { ok: false, reason: `the label holds a command that no label needs: ${strange.slice(0, 30)}` };
  const count = (command: string) => lines.filter((line) => line.startsWith(command)).length;
  if (count('CLS') !== 1 || count('PRINT') !== 1 || !lines[lines.length - 1]!.startsWith('PRINT'))
    return { ok: false, reason: 'the label is not one CLS ... PRINT document' };
  return { ok: true, tspl: `REM job ${jobId}\r\n${lines.join('\r\n')}\r\n` };
}
