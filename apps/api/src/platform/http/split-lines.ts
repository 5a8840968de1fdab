const LF = 10;

/** The lines of a byte stream, UTF-8; null stands for one that is longer than `bytesMax` and was skipped without being kept. */
export async function* splitLines(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  let kept: Uint8Array[] = [];
  let bytes = 0;
  const add = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes <= bytesMax) kept.push(part);
    else kept = [];
  };
  const take = () => {
    const line = bytes > bytesMax ? null : decoder.decode(Buffer.concat(kept));
    kept = [];
    bytes = 0;
    return line;
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      add(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    add(chunk.subarray(from));
  }
  if (bytes > 0) yield take();
}
