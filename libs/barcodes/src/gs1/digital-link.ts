import { BarcodeError, type BarcodeFault } from '../fault.js';
import { type ApplicationIdentifier, applicationIdentifier } from './ai-dictionary.js';
import { type Gs1Element, type Gs1Pair, requireIdentifier } from './element-string.js';
import { valueFault } from './element-value.js';

/** A GS1 Digital Link URI taken apart (GS1 Digital Link: URI Syntax 1.6). */
export interface DigitalLink {
  readonly uri: string;
  /** Scheme, host and the path before the primary key: whoever resolves the link. */
  readonly resolver: string;
  /** The primary key, its qualifiers in order, then the attributes of the query. */
  readonly elements: readonly Gs1Element[];
}

export type DigitalLinkOutcome =
  | { readonly ok: true; readonly link: DigitalLink }
  | { readonly ok: false; readonly fault: BarcodeFault };

interface Segment {
  readonly text: string;
  readonly offset: number;
}

const URI = /^(https?:\/\/[^/?#\s]+)([^?#\s]*)(?:\?([^#\s]*))?(?:#\S*)?$/i;

/** Takes a Digital Link URI apart; any host may serve one. Offsets count within the URI. */
export function parseDigitalLink(uri: string): DigitalLinkOutcome {
  try {
    return { ok: true, link: readLink(uri) };
  } catch (error) {
    if (error instanceof BarcodeError) return { ok: false, fault: error };
    throw error;
  }
}

function readLink(uri: string): DigitalLink {
  const match = URI.exec(uri);
  if (!match) throw new BarcodeError('barcodes.link', 0, 'A Digital Link is an http or https address.');
  const [, origin, path, query] = match as unknown as [string, string, string, string | undefined];
  const segments = splitWithOffsets(path, '/', origin.length).slice(1);
  const keyAt = findPrimaryKey(segments);
  if (keyAt < 0) {
    throw new BarcodeError(
      'barcodes.link',
      origin.length,
      'The path of the link has no GS1 primary key such as /01/.',
    );
  }
  const pairs = segments.slice(keyAt);
  const elements: Gs1Element[] = [];
  for (let i = 0; i < pairs.length; i += 2) elements.push(readElement(pairs[i]!, pairs[i + 1]!, false));
  checkQualifiers(elements);
  if (query !== undefined) elements.push(...readAttributes(query, uri.indexOf('?') + 1, elements));
  return { uri, resolver: uri.slice(0, segments[keyAt]!.offset - 1), elements };
}

function splitWithOffsets(text: string, separator: string | RegExp, start: number): Segment[] {
  let offset = start;
  return text.split(separator).map((part) => {
    const segment = { text: part, offset };
    offset += part.length + 1;
    return segment;
  });
}

/** The rightmost segment that is a primary key with only pairs from there on. */
function findPrimaryKey(segments: readonly Segment[]): number {
  for (let i = segments.length - 2; i >= 0; i -= 2) {
    if (applicationIdentifier(segments[i]!.text)?.path) return i;
  }
  return -1;
}

function readElement(key: Segment, raw: Segment, inQuery: boolean): Gs1Element {
  const entry = applicationIdentifier(key.text);
  if (!entry) {
    throw new BarcodeError(
      'barcodes.ai-unknown',
      key.offset,
      `There is no GS1 application identifier (${key.text}).`,
    );
  }
  const decoded = decode(raw, inQuery);
  const value =
    entry.ai === '01' && /^(\d{8}|\d{12}|\d{13})$/.test(decoded) ? decoded.padStart(14, '0') : decoded;
  const fault = valueFault(entry, value, 0);
  if (fault) {
    const shift = raw.text === value ? fault.offset : 0;
    throw new BarcodeError(fault.code, raw.offset + shift, fault.message);
  }
  return { ai: entry.ai, value, title: entry.title, offset: key.offset };
}

function decode(raw: Segment, inQuery: boolean): string {
  try {
    return decodeURIComponent(inQuery ? raw.text.replaceAll('+', ' ') : raw.text);
  } catch {
    throw new BarcodeError(
      'barcodes.link',
      raw.offset,
      'A percent sign of the link is not followed by two hexadecimal digits.',
    );
  }
}

function checkQualifiers(inPath: readonly Gs1Element[]): void {
  const [key, ...qualifiers] = inPath;
  if (isChain(inPath.map(({ ai }) => ai))) return;
  const list = qualifiers.map(({ ai }) => `(${ai})`).join(' ');
  const message = `(${key!.ai}) can't be qualified by ${list} in this order.`;
  throw new BarcodeError('barcodes.link', qualifiers[0]!.offset, message);
}

/** True when the first identifier is a primary key and the others are qualifiers of it, in the order of one chain. */
function isChain([key, ...qualifiers]: readonly string[]): boolean {
  return applicationIdentifier(key!)!.path!.some((chain) => {
    let at = -1;
    return qualifiers.every((ai) => {
      at = chain.indexOf(ai, at + 1);
      return at >= 0;
    });
  });
}

/** True when the identifier could stand somewhere in the path, which is then where it belongs. */
function couldQualify(ai: string, inPath: readonly Gs1Element[]): boolean {
  const path = inPath.map((element) => element.ai);
  return path.some((_, index) => isChain(path.toSpliced(index + 1, 0, ai)));
}

/** Parameters with other names than identifiers, and names without a value, belong to the resolver. */
function readAttributes(query: string, start: number, inPath: readonly Gs1Element[]): Gs1Element[] {
  const attributes: Gs1Element[] = [];
  for (const part of splitWithOffsets(query, /[&;]/, start)) {
    const name = /^(\d+)=/.exec(part.text)?.[1];
    if (name === undefined) continue;
    const value = { text: part.text.slice(name.length + 1), offset: part.offset + name.length + 1 };
    const element = readElement({ text: name, offset: part.offset }, value, true);
    if (!applicationIdentifier(name)!.linkAttribute) {
      throw new BarcodeError(
        'barcodes.link',
        part.offset,
        `(${name}) can't be an attribute of a Digital Link.`,
      );
    }
    const earlier = [...inPath, ...attributes].find(({ ai }) => ai === name);
    if (earlier && earlier.value !== element.value) {
      throw new BarcodeError(
        'barcodes.ai-repeated',
        part.offset,
        `(${name}) stands twice in the link with different values.`,
      );
    }
    if (earlier) continue;
    if (couldQualify(name, inPath)) {
      throw new BarcodeError(
        'barcodes.link',
        part.offset,
        `(${name}) belongs into the path of the link, not its query.`,
      );
    }
    attributes.push(element);
  }
  return attributes;
}

/**
 * Writes elements as a Digital Link URI: the first primary key and its qualifiers in the path, everything else in
 * the query.
 * @param resolver scheme, host and possibly a path, without a slash at the end
 * @throws BarcodeError when there is no primary key or a value breaks its rules
 */
export function buildDigitalLink(pairs: readonly Gs1Pair[], resolver = 'https://id.gs1.org'): string {
  const entries = pairs.map((pair) => ({ ...pair, entry: requireIdentifier(pair.ai) }));
  const key = entries.find(({ entry }) => entry.path !== null);
  if (!key)
    throw new BarcodeError('barcodes.link', 0, 'A Digital Link needs a primary key such as (01) or (00).');
  const present = new Set(entries.map(({ ai }) => ai));
  const chain = bestChain(key.entry, present);
  const inPath = [key.ai, ...chain.filter((ai) => present.has(ai))];
  const path = inPath
    .map((ai) => `/${ai}/${encodeURIComponent(entries.find((e) => e.ai === ai)!.value)}`)
    .join('');
  const query = entries
    .filter(({ ai }) => !inPath.includes(ai))
    .map(({ ai, value }) => `${ai}=${encodeURIComponent(value)}`)
    .join('&');
  const uri = resolver + path + (query ? `?${query}` : '');
  readLink(uri);
  return uri;
}

function bestChain(entry: ApplicationIdentifier, present: ReadonlySet<string>): readonly string[] {
  const used = (chain: readonly string[]) => chain.filter((ai) => present.has(ai)).length;
  return entry.path!.reduce((best, chain) => (used(chain) > used(best) ? chain : best));
}
