import { textScannerCodec } from '#lib/device-kit';

/** The lines of text are those of a serial scanner; a heartbeat and a trigger come with the kit's codec. */
export const codec = textScannerCodec;
