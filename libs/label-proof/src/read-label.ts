import { ready } from 'zpl-renderer-js';
import type { Dpi } from '#lib/labels';
import { type PictureSymbol, readPicture } from './read-picture.js';

/** A symbol on a printed label; its centre in millimetres from the label's top left corner. */
export interface LabelSymbol extends Omit<PictureSymbol, 'x' | 'y'> {
  readonly xMm: number;
  readonly yMm: number;
}

export interface ReadLabelOptions {
  readonly dpi: Dpi;
}

/** Renders the first label of a ZPL stream (zpl-renderer-js) at the size of its `^PW` and `^LL`, as a PNG. */
export async function renderLabelPng(zpl: string, options: ReadLabelOptions): Promise<Uint8Array> {
  const dots = dotsPerMm(options);
  const { api } = await ready;
  const png = await api.zplToBase64Async(zpl, lengthMm(zpl, 'PW', dots), lengthMm(zpl, 'LL', dots), dots);
  return Uint8Array.from(Buffer.from(png, 'base64'));
}

/**
 * Renders a label and reads every symbol on it, from the top down. Renderer and decoder run as WASM in this process;
 * a carrier label takes about a quarter of a second.
 * @throws Error when the label does not say its size or can't be drawn
 */
export async function readLabel(zpl: string, options: ReadLabelOptions): Promise<LabelSymbol[]> {
  const symbols = await readPicture(await renderLabelPng(zpl, options));
  const dots = dotsPerMm(options);
  return symbols.map(({ x, y, ...symbol }) => ({ ...symbol, xMm: x / dots, yMm: y / dots }));
}

function dotsPerMm({ dpi }: ReadLabelOptions): number {
  return dpi === 300 ? 12 : 8;
}

function lengthMm(zpl: string, command: 'PW' | 'LL', dots: number): number {
  const length = new RegExp(`\\^${command}(\\d{1,5})`).exec(zpl)?.[1];
  if (length === undefined) throw new Error(`The label does not say its size: ^${command} is missing.`);
  return Number(length) / dots;
}
