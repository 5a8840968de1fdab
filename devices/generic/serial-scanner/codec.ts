import { textScannerCodec } from '#lib/device-kit';

/** A serial line carries each code as text, as a TCP connection does: the codec is the kit's. */
export const codec = textScannerCodec;
