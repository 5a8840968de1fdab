import type { BlockPart, BoxKind, PlacedBox, Room } from './load-parts.js';

/** The ways a box may stand: any of its sides that may be vertical, turned either way. */
export function orientationsFor(box: BoxKind): Room[] {
  const { lengthMm: l, widthMm: w, heightMm: h } = box.size;
  const turns: Room[] = [];
  if (box.vertical.height) turns.push({ dx: l, dy: w, dz: h }, { dx: w, dy: l, dz: h });
  if (box.vertical.width) turns.push({ dx: l, dy: h, dz: w }, { dx: h, dy: l, dz: w });
  if (box.vertical.length) turns.push({ dx: w, dy: h, dz: l }, { dx: h, dy: w, dz: l });
  const distinct = new Map(turns.map((turn) => [`${turn.dx},${turn.dy},${turn.dz}`, turn]));
  return [...distinct.values()];
}

/** The boxes of a block whose low corner stands at (x, y, z). */
export function boxesOf(part: BlockPart, x: number, y: number, z: number): PlacedBox[] {
  if ('axis' in part) {
    const { axis, first, second } = part;
    return [
      ...boxesOf(first.part, x, y, z),
      ...boxesOf(
        second.part,
        axis === 0 ? x + first.dx : x,
        axis === 1 ? y + first.dy : y,
        axis === 2 ? z + first.dz : z,
      ),
    ];
  }
  const { kind, dx, dy, dz, nx, ny, nz } = part;
  const boxes: PlacedBox[] = [];
  for (let ix = 0; ix < nx; ix++) {
    for (let iy = 0; iy < ny; iy++) {
      for (let iz = 0; iz < nz; iz++) {
        boxes.push({
          kind,
          xMm: x + ix * dx,
          yMm: y + iy * dy,
          zMm: z + iz * dz,
          dxMm: dx,
          dyMm: dy,
          dzMm: dz,
        });
      }
    }
  }
  return boxes;
}

/** Share of the boxes whose whole underside rests on the floor or on other boxes. */
export function supportedShare(boxes: PlacedBox[]): number {
  if (boxes.length === 0) return 1;
  const supported = boxes.filter((box) => restingMm2(box, boxes) === box.dxMm * box.dyMm);
  return supported.length / boxes.length;
}

/** Area of a box's underside that lies on the floor or on other boxes. */
export function restingMm2(box: PlacedBox, boxes: PlacedBox[]): number {
  const full = box.dxMm * box.dyMm;
  if (box.zMm === 0) return full;
  let area = 0;
  for (const under of boxes) {
    if (under.zMm + under.dzMm !== box.zMm) continue;
    const wide = Math.min(box.xMm + box.dxMm, under.xMm + under.dxMm) - Math.max(box.xMm, under.xMm);
    const deep = Math.min(box.yMm + box.dyMm, under.yMm + under.dyMm) - Math.max(box.yMm, under.yMm);
    if (wide > 0 && deep > 0) area += wide * deep;
  }
  return area;
}
