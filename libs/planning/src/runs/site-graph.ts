/** A site as a net of ways, where it is no plain field of aisles: one-way aisles, stairs, gates, several halls. */
export interface SiteGraph {
  nodeIds: string[];
  ways: { from: string; to: string; lengthMm: number; oneWay?: boolean }[];
}
