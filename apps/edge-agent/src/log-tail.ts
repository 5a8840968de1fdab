/** The last lines of the log, for the diagnostics; a destination of pino beside the real one. */
export class LogTail {
  private lines: string[] = [];

  constructor(private readonly max = 400) {}

  write(text: string): void {
    this.lines.push(text.trimEnd());
    if (this.lines.length > this.max * 2) this.lines = this.lines.slice(-this.max);
  }

  last(): string[] {
    return this.lines.slice(-this.max);
  }
}
