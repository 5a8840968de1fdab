import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** A symbol as a decoder that nobody here wrote reads it from a picture. */
export interface PictureSymbol {
  /** AIM identifier, for example `]C1`. */
  readonly aim: string;
  /** The data behind it; FNC1 as GS. */
  readonly data: string;
  /** Both, as a scanner would send them: what `parseScan` takes. */
  readonly scan: string;
  /** The decoder's own name of the symbology. */
  readonly format: string;
  /** Centre of the symbol in pixels. */
  readonly x: number;
  readonly y: number;
}

/**
 * Reads every symbol in a PNG (zxing-wasm), from the top down.
 * @throws Error when the bytes are no picture
 */
export async function readPicture(png: Uint8Array): Promise<PictureSymbol[]> {
  await decoder();
  const results = await readBarcodes(png, { tryHarder: true, tryRotate: false, tryInvert: false });
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
        x: (topLeft.x + bottomRight.x) / 2,
        y: (topLeft.y + bottomRight.y) / 2,
      };
    })
    .sort((a, b) => a.y - b.y);
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
