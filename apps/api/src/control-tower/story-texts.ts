/** Facts of an event, as the module that told it wrote them. */
type Facts = Record<string, unknown>;

const text = (value: unknown, otherwise = '?'): string =>
  value === null || value === undefined || value === '' ? otherwise : String(value);
const because = (value: unknown): string =>
  value === null || value === undefined || value === '' ? '' : ` (${value})`;
const list = (value: unknown): string =>
  Array.isArray(value) && value.length > 0 ? value.join(', ') : 'none';
const ms = (micros: unknown): string => `${(Number(micros) / 1000).toFixed(1)} ms`;

/** One sentence for each event that tells something about an order or a parcel. */
const TEXTS: Readonly<Record<string, (facts: Facts) => string>> = {
  'orders.order-accepted': (f) =>
    `Order ${text(f.externalRef)} accepted${f.ready ? '' : '; it waits for stock'}`,
  'orders.order-ready': () => 'All lines are promised: ready for release',
  'orders.order-released': () => 'Released to the floor',
  'orders.order-picked': () => 'All goods picked and at their station',
  'orders.order-packed': () => 'All goods packed and labelled',
  'orders.order-staged': () => 'All parcels stand in staging',
  'orders.order-shipped': () => 'All parcels have left',
  'orders.order-cancelled': (f) => `Order cancelled${because(f.reason)}`,
  'orders.order-closed-short': (f) => `Order closed without goods${because(f.reason)}`,
  'orders.order-backordered': (f) => `${text(f.quantity)} missing: the order waits for stock`,
  'orders.line-closed-short': (f) => `${text(f.quantity)} less than ordered${because(f.reason)}`,
  'orders.hold-placed': (f) => `Held: ${text(f.reason)}`,
  'orders.hold-released': (f) => `Hold ${text(f.code)} released`,
  'waves.order-left-out': (f) => `Left out of a wave${because(f.reason)}`,
  'waves.wave-created': (f) => `Wave ${text(f.number)} begun`,
  'waves.wave-planned': (f) =>
    `Wave ${text(f.number)} planned: ${text(f.orders)} orders, ${text(f.runs)} runs`,
  'waves.wave-released': (f) =>
    `Wave ${text(f.number)} released: ${text(f.orders)} orders, ${text(f.runs)} runs`,
  'waves.wave-completed': (f) => `Wave ${text(f.number)} completed`,
  'waves.wave-cancelled': (f) => `Wave ${text(f.number)} cancelled${because(f.reason)}`,
  'waves.planning-failed': (f) =>
    `Planning of wave ${text(f.number)} stopped at ${text(f.step)}${because(f.reason)}`,
  'picking.run-claimed': (f) => `Run ${text(f.number)} taken with cart ${text(f.cart)}`,
  'picking.run-dropped': (f) => `Run ${text(f.number)} dropped at ${text(f.station)}: ${list(f.containers)}`,
  'picking.task-confirmed': (f) =>
    f.source === 'put-back'
      ? `${text(f.quantity)} of ${text(f.sku)} put back from ${text(f.container)} to ${text(f.location)}`
      : `${text(f.quantity)} of ${text(f.sku)} picked from ${text(f.location)} into ${text(f.container)}`,
  'picking.task-short': (f) =>
    `${text(f.missing)} of ${text(f.sku)} missing at ${text(f.location)}${because(f.reason)}: ${text(f.remedy)}`,
  'picking.item-sorted': (f) =>
    `${text(f.quantity)} of ${text(f.sku)} sorted from ${text(f.tote)} into slot ${text(f.slot)} of ${text(f.station)}`,
  'picking.put-undone': (f) =>
    `${text(f.quantity)} of ${text(f.sku)} taken back out of slot ${text(f.slot)} into ${text(f.tote)}`,
  'picking.slot-complete': (f) => `Slot ${text(f.slot)} is complete: to packing`,
  'picking.problem-reported': (f) => `Problem reported: ${text(f.kind)}${because(f.note)}`,
  'packing.parcel-opened': (f) =>
    `Parcel opened at ${text(f.station)} from ${text(f.tote, 'no tote')}, carton ${text(f.carton)}`,
  'packing.item-packed': (f) => `${text(f.quantity)} of ${text(f.sku)} packed`,
  'packing.carton-changed': (f) => `Carton ${text(f.from)} exchanged for ${text(f.to)}`,
  'packing.weight-mismatched': (f) =>
    `Weighs ${text(f.weightGrams)} g, expected ${text(f.expectedGrams)} g within ${text(f.toleranceGrams)} g`,
  'packing.parcel-closed': (f) =>
    `Closed with ${text(f.weightGrams)} g, expected ${text(f.expectedGrams)} g${f.overridden ? ', accepted by a supervisor' : ''}`,
  'packing.label-refused': (f) => `The carrier gave no label${because(f.reason)}`,
  'packing.label-voided': (f) => `Label void${because(f.reason)}`,
  'packing.print-requested': (f) =>
    `Label sent to ${text(f.device)}${f.reprintReason ? `, printed again: ${f.reprintReason}` : ''}`,
  'packing.print-changed': (f) => `Print ${text(f.state)}${because(f.reason)}`,
  'packing.planned-label-reported': (f) =>
    `Label ${text(f.nonce)} for tote ${text(f.tote)}, sent ahead: ${text(f.state)}${because(f.reason)}`,
  'packing.parcel-labelled': (f) => `Labelled with ${text(f.trackingNumber)}, SSCC ${text(f.sscc)}`,
  'packing.parcel-reopened': (f) => `Opened again${because(f.reason)}`,
  'packing.parcel-cancelled': (f) => `Parcel cancelled${because(f.reason)}`,
  'packing.tote-emptied': (f) => `${text(f.lpn)} is empty again`,
  'flow.route-set': (f) => `Should go to ${text(f.lane)}: ${text(f.because)}; else ${list(f.alternatives)}`,
  'flow.route-removed': (f) => `Route ended: ${text(f.because)}`,
  'flow.route-missing': (f) => `No lane serves ${text(f.carrier)} ${text(f.service)}`,
  'flow.parcel-seen': (f) => `Seen at ${text(f.point)}: ${text(f.result)}`,
  'flow.parcel-decided': (f) =>
    `${text(f.point)} said ${text(f.action)} to ${text(f.lane)}${because(f.because)}, by ${text(f.decidedBy)} in ${ms(f.latencyMicros)}`,
  'flow.parcel-confirmed': (f) =>
    f.commanded && f.commanded !== f.lane
      ? `Went to ${text(f.lane)} although ${text(f.commanded)} was commanded`
      : `Confirmed in ${text(f.lane)}`,
  'flow.parcel-diverted': (f) => `In lane ${text(f.lane)}`,
  'flow.parcel-lost': (f) => `Lost after ${text(f.point)}${because(f.reason)}`,
  'flow.parcel-missed': (f) =>
    `Left ${text(f.from)} by ${text(f.lane)} and was not seen at ${text(f.to)} within ${text(f.withinSeconds)} s`,
  'flow.duty-changed': (f) =>
    `${text(f.carrier)} ${text(f.service)}${f.truck ? ` of ${text(f.truck)}` : ''} goes to ${text(f.to)} now, no longer to ${text(f.from)} (${text(f.parcels)} parcels): ${text(f.because)}`,
  'flow.override-set': (f) =>
    `Override ${text(f.kind)} of ${text(f.subject)}${f.lane ? ` to ${text(f.lane)}` : ''}: ${text(f.reason)}`,
  'flow.override-ended': (f) => `Override ${text(f.kind)} of ${text(f.subject)} ended: ${text(f.because)}`,
  'flow.lane-plan-changed': (f) =>
    `What lanes take was ${text(f.kind)}, revision ${text(f.revision)}; ${text(f.parcels)} parcels on their way have another lane`,
  'flow.settings-changed': () => 'Settings of the conveyor changed',
  'flow.parcel-reinducted': (f) => `Put back on the belt, towards ${text(f.lane)}`,
  'flow.lane-opened': (f) => `Lane ${text(f.lane)} opened`,
  'flow.lane-closed': (f) => `Lane ${text(f.lane)} closed${because(f.reason)}`,
  'flow.lane-fill-changed': (f) => `Lane ${text(f.lane)} is ${text(f.fill)}`,
  'shipping.parcel-staged': (f) => `Staged in ${text(f.location)}, on manifest ${text(f.manifest)}`,
  'shipping.parcel-loaded': (f) => `Loaded on ${text(f.load)}${f.door ? ` at ${f.door}` : ''}`,
  'shipping.parcel-shipped': (f) => `Left with load ${text(f.load)}`,
  'shipping.manifest-opened': (f) =>
    `Manifest ${text(f.number)} opened for ${text(f.carrier)} ${text(f.service)}`,
  'shipping.manifest-closed': (f) => `Manifest ${text(f.number)} closed (${text(f.because)})`,
  'shipping.manifest-transmitted': (f) =>
    `Manifest ${text(f.number)} told to ${text(f.carrier)}: ${text(f.parcels)} parcels`,
  'shipping.load-opened': (f) =>
    `Load ${text(f.number)} opened for ${text(f.carrier)}${f.door ? ` at ${f.door}` : ''}`,
  'shipping.load-departed': (f) => `Load ${text(f.number)} departed with ${text(f.parcels)} parcels`,
  'devices.device-state-changed': (f) => `${text(f.device)} is ${text(f.to)}${because(f.reason)}`,
  'devices.agent-went-online': (f) => `Agent ${text(f.agent)} is online`,
  'devices.agent-went-offline': (f) => `Agent ${text(f.agent)} is offline`,
  'tower.exception-resolved': (f) => `${text(f.code)}: ${text(f.remedy)}`,
};

/** The sentence of an event. One that nobody wrote a sentence for is told by its name. */
export function textOf(type: string, facts: Facts): string {
  const write = TEXTS[type];
  if (write) return write(facts);
  const words = (type.split('.')[1] ?? type).replace(/-/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a device said of a parcel, in a sentence. */
export function textOfReading(kind: string, device: string, facts: Facts): string {
  if (kind === 'weigh.stable') {
    const {
      value = 0,
      decimals = 0,
      unit = 'g',
    } = (facts.weight ?? {}) as { value?: number; decimals?: number; unit?: string };
    return `${device} weighed ${(value / 10 ** decimals).toFixed(decimals)} ${unit}`;
  }
  return `${device} said ${kind}${because(facts.reason)}`;
}
