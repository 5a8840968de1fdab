import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the board, the story and the scans of parcels look up many times a second. */
const INDEXES: readonly [name: string, definition: string][] = [
  [
    'point_decisions_lane_ix',
    'point_decisions (site_id, actual_lane, ended_at) where actual_lane is not null',
  ],
  ['parcels_tracking_ix', 'parcels (site_id, tracking_number) where tracking_number is not null'],
  ['parcels_staged_ix', `parcels (site_id, carrier_code) where state = 'staged'`],
  ['labels_tracking_ix', 'labels (site_id, tracking_number) where tracking_number is not null'],
  ['labels_parcel_ix', 'labels (site_id, parcel_id)'],
  // Rows come in order of time: a block range index costs next to nothing and finds the last hour.
  ['movements_at_ix', 'movements using brin (at)'],
];

export class TowerIndexes1764000000103 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    for (const [name, definition] of INDEXES) {
      await query.query(`create index ${name} on ${definition}`);
    }
  }

  async down(query: QueryRunner): Promise<void> {
    for (const [name] of INDEXES) await query.query(`drop index ${name}`);
  }
}
