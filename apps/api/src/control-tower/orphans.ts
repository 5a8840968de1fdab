/** A column that names a row of another table, and no foreign key checks it: a release writes too many of them (migration 128). */
export interface LooseKey {
  table: string;
  column: string;
  parent: string;
}

/** What the foreign keys said that the tables of a release have no more; and the one that they never had. */
export const LOOSE_KEYS: readonly LooseKey[] = Object.entries({
  wave_lines: { wave_id: 'waves', order_line_id: 'order_lines' },
  reservations: {
    order_line_id: 'order_lines',
    location_id: 'locations',
    item_id: 'items',
    replenishment_id: 'wave_replenishments',
  },
  planned_cartons: {
    wave_id: 'waves',
    order_id: 'orders',
    carton_type_id: 'carton_types',
    lane_id: 'lanes',
  },
  run_slots: { run_id: 'runs', order_id: 'orders' },
  tasks: {
    run_id: 'runs',
    slot_id: 'run_slots',
    order_line_id: 'order_lines',
    reservation_id: 'reservations',
    location_id: 'locations',
    item_id: 'items',
    container_id: 'containers',
  },
}).flatMap(([table, columns]) =>
  Object.entries(columns).map(([column, parent]) => ({ table, column, parent })),
);

/** The rows whose parent is not there, one `example` in words a row. Items belong to merchants, everything else to the row's site. */
export function orphansOf({ table, column, parent }: LooseKey): string {
  const site = parent === 'items' ? '' : 'p.site_id = c.site_id and ';
  return `select format('%s %s: its ${column} %s is not in ${parent}', '${table}', c.id, c.${column}) as example
    from ${table} c where c.${column} is not null and not exists (select 1 from ${parent} p where ${site}p.id = c.${column})`;
}
