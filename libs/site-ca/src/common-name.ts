import { Name } from './x509.js';

/** A subject of one common name; a value is never parsed, so that none can add an attribute. */
export function commonNameOnly(commonName: string): Name {
  return new Name([{ CN: [{ utf8String: commonName }] }]);
}
