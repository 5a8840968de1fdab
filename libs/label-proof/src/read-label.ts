import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ready } from 'zpl-renderer-js';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { Dpi } from '#lib/labels';

/** A symbol as a decoder that nobody here wrote reads it from the picture of a label. */
export interface LabelSymbol {
  /** AIM identifier, for example `]C1`. */
  readonly aim: string;
  /** The data behind it; FNC1 as GS. */
  readonly data: string;
  /** Both, as a scanner would send them: what `parseScan` takes. */
  readonly scan: string;
  /** The decoder's own name of the symbology. */
  readonly format: string;
  /** Centre of the symbol. */
  readonly xMm: number;
  readonly yMm: number;
}

export interface ReadLabelOptions {
  readonly dpi: Dpi;
}

/** Renders the first label of a ZPL stream at the size that its `^PW` and `^LL` give; the picture is a PNG. */
export async function renderLabelPng(zpl: string, { dpi }: ReadLabelOptions): Promise<Uint8Array> {
  const dotsPerMm = dpi === 300 ? 12 : 8;
  const { api } = await ready;
  const png = await api.zplToBase64Async(
    zpl,
    lengthMm(zpl, 'PW', dotsPerMm),
    lengthMm(zpl, 'LL', dotsPerMm),
    dotsPerMm,
  );
  return Uint8Array.from(Buffer.from(png, 'base64'));
}

/**
 * Renders a label (zpl-renderer-js) and reads every symbol on it (zxing-wasm), from the top down. Both run as WASM
 * in this process; a carrier label takes about a quarter of a second.
 * @throws Error when the renderer can't draw the label
 */
export async function readLabel(zpl: string, options: ReadLabelOptions): Promise<LabelSymbol[]> {
  const [png] = await Promise.all([renderLabelPng(zpl, options), decoder()]);
  const dotsPerMm = options.dpi === 300 ? 12 : 8;
  const results = await readBarcodes(png, {
    tryHarder: true,
    tryRotate: false,
    tryInvert: false,
    tryDownscale: false,
  });
  return results
    .filter((result) => result.isValid)
    .map((result) => {
      const { topLeft, bottomRight } = result.position;
      const data = Buffer.from(result.bytes).toString('utf8');
      return {
        aim: result.symbologyIdentifier,
        data,
        scan: result.symbologyIdentifier + data,
        format: result.format,
        xMm: (topLeft.x + bottomRight.x) / 2 / dotsPerMm,
        yMm: (topLeft.y + bottomRight.y) / 2 / dotsPerMm,
      };
    })
    .sort((a, b) => a.yMm - b.yMm);
}

function lengthMm(zpl: string, command: 'PW' | 'LL', dotsPerMm: number): number {
  const dots = new RegExp(`\\^${command}(\\d{1,5})`).exec(zpl)?.[1];
  if (dots === undefined) throw new Error(`The label does not say its size: ^${command} is missing.`);
  return Number(dots) / dotsPerMm;
}

let decoderReady: Promise<unknown> | undefined;

/** Hands the decoder its WASM from node_modules: left alone it would fetch it from a CDN. */
function decoder(): Promise<unknown> {
  decoderReady ??= (async () => {
    const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
    const bytes = await readFile(path);
    const wasmBinary = bytes.buffer.slice(
      bytes.byteOffset,
      bytes.byteOffset + bytes.byteLength,
    ) as ArrayBuffer;
    await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  })();
  return decoderReady;
}
