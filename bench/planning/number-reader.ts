/** Reads a text of whole numbers apart by white space, one after the other, and says what is wrong with the first that is none. */
export class NumberReader {
  private readonly words: string[];
  private at = 0;

  constructor(text: string) {
    const trimmed = text.trim();
    this.words = trimmed === '' ? [] : trimmed.split(/\s+/);
  }

  /**
   * The next number.
   * @param what names it in a message, as in `units of order 3`
   * @throws Error when the text ends before it or it is no whole number of 0 or more
   */
  next(what: string): number {
    const word = this.words[this.at];
    if (word === undefined) throw new Error(`ends before ${what}`);
    if (!/^\d+$/.test(word)) throw new Error(`"${word.slice(0, 30)}" is no whole number (${what})`);
    this.at++;
    return Number(word);
  }

  isAtEnd(): boolean {
    return this.at === this.words.length;
  }
}
