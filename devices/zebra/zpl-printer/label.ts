import { labelFault } from '#lib/device-kit';

/**
 * The label with its job id as a comment (`^FX`), so that what a printer received can be traced to its job; or why it must not be
 * sent. One document only: a second `^XA` would be a second label, and `~` starts commands that reach past this label.
 */
export function labelForJob(
  jobId: string,
  zpl: string,
): { ok: true; zpl: string } | { ok: false; reason: string } {
  const label = zpl.trim();
  const reason = labelFault(jobId, label);
  if (reason) return { ok: false, reason };
  if (/[^\x20-\x7e\r\n]/.test(label))
    return { ok: false, reason: 'the label holds bytes beyond ASCII: write them as ^FH escapes' };
  if (
    count(label, '^XA') !== 1 ||
    count(label, '^XZ') !== 1 ||
    !/^\^XA/i.test(label) ||
    !/\^XZ$/i.test(label)
  ) {
    return { ok: false, reason: 'the label is not one ^XA ... ^XZ document' };
  }
  if (label.includes('~')) return { ok: false, reason: 'the label holds a ~ command' };
  if (/\^(CC|CT|CD)/i.test(label)) return { ok: false, reason: 'the label changes the command characters' };
  return { ok: true, zpl: `^XA^FXjob ${jobId}^FS${label.slice(3)}\r\n` };
}

function count(label: string, command: string): number {
  return label.toUpperCase().split(command).length - 1;
}
