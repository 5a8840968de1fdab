import { readLabel } from '#lib/label-proof';

/** Runs in a worker thread: draws the label and decodes it with a reader that nobody here wrote. Answers the scans. */
export default async function readPaper(zpl: string): Promise<string[]> {
  const symbols = await readLabel(zpl, { dpi: 203 });
  return symbols.map((symbol) => symbol.scan);
}
