/**
 * Something about the machine or the data directory stops an embedded part, and a person can do something about it.
 * The message is one sentence for that person; whoever prints it leaves the stack trace out.
 */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';

  constructor(
    readonly code:
      | 'platform-unsupported'
      | 'binaries-broken'
      | 'port-taken'
      | 'disk-full'
      | 'data-unreachable'
      | 'data-foreign'
      | 'data-version'
      | 'secrets-missing'
      | 'not-ready',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Takes one line for people; no line ends, no secrets. */
export type Log = (line: string) => void;
