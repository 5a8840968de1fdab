import type { LoadBlocks } from './load-blocks.js';
import { boxesOf, restingMm2 } from './load-boxes.js';
import type { PlacedBlock, PlacedBox } from './load-parts.js';

/** What a block asks of the ground it stands on. */
interface BlockFeet {
  /** Its boxes above the lowest stand well enough on each other. */
  sound: boolean;
  /** The boxes at its bottom, from its low corner. */
  lowest: PlacedBox[];
}

/** The rule that every box rests with at least a share of its underside on the floor or on other boxes. */
export class SupportRule {
  private readonly feet: (BlockFeet | undefined)[] = [];

  constructor(
    private readonly blocks: LoadBlocks,
    private readonly share: number,
  ) {}

  /** Whether a block may stand there, given the boxes that end at its level. */
  stands({ block, x, y, z }: PlacedBlock, under: PlacedBox[]): boolean {
    const { sound, lowest } = this.feetOf(block);
    return (
      sound &&
      (z === 0 ||
        lowest.every((box) => this.rests({ ...box, xMm: x + box.xMm, yMm: y + box.yMm, zMm: z }, under)))
    );
  }

  private feetOf(block: number): BlockFeet {
    const known = this.feet[block];
    if (known) return known;
    const boxes = boxesOf(this.blocks.parts[block]!, 0, 0, 0);
    const sound = boxes.every((box) => box.zMm === 0 || this.rests(box, boxes));
    const feet = { sound, lowest: boxes.filter((box) => box.zMm === 0) };
    this.feet[block] = feet;
    return feet;
  }

  private rests(box: PlacedBox, boxes: PlacedBox[]): boolean {
    return restingMm2(box, boxes) >= this.share * box.dxMm * box.dyMm;
  }
}
