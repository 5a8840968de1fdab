/**
 * Finds `COMMIT` in what a PostgreSQL client sends (protocol 3.0, "Message Formats": a start-up message without a type byte, then type
 * byte, length including itself, body). A simple query is `Q` with a text that ends in NUL.
 */
export class CommitWatch {
  private rest: Buffer = Buffer.alloc(0);
  private begun = false;

  /** Takes the next bytes; true when a COMMIT is complete in them. */
  push(chunk: Buffer): boolean {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let commits = false;
    for (;;) {
      const head = this.begun ? 1 : 0;
      if (this.rest.length < head + 4) return commits;
      const length = head + this.rest.readInt32BE(head);
      if (this.rest.length < length) return commits;
      if (this.begun && this.rest[0] === 0x51) {
        commits ||=
          this.rest
            .toString('latin1', 5, length - 1)
            .trim()
            .toUpperCase() === 'COMMIT';
      }
      this.begun = true;
      this.rest = this.rest.subarray(length);
    }
  }
}
