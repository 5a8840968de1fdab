import type { LoadRequest, PlacedBox } from '#lib/planning';

/** Independent of the solver: every box inside the container, and no two in the same place. */
export function areInsideAndApart(container: LoadRequest['container'], boxes: PlacedBox[]): boolean {
  return boxes.every(
    (box, index) => isInside(container, box) && boxes.slice(0, index).every((other) => areApart(box, other)),
  );
}

function isInside(container: LoadRequest['container'], box: PlacedBox): boolean {
  return (
    Math.min(box.xMm, box.yMm, box.zMm) >= 0 &&
    box.xMm + box.dxMm <= container.lengthMm &&
    box.yMm + box.dyMm <= container.widthMm &&
    box.zMm + box.dzMm <= container.heightMm
  );
}

function areApart(one: PlacedBox, two: PlacedBox): boolean {
  return (
    two.xMm + two.dxMm <= one.xMm ||
    one.xMm + one.dxMm <= two.xMm ||
    two.yMm + two.dyMm <= one.yMm ||
    one.yMm + one.dyMm <= two.yMm ||
    two.zMm + two.dzMm <= one.zMm ||
    one.zMm + one.dzMm <= two.zMm
  );
}
