import { Injectable } from '@nestjs/common';
import { type LabelsMessage, PLANNED_LABELS_MAX } from '#lib/contracts';
import { DeviceCommandsService } from '../devices/device-commands.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { EdgeDownlink } from '../platform/edge-requests.js';
import { newId } from '../platform/ids.js';
import { CarrierDesk } from './carrier-desk.js';
import { labelOf, type Printer, printerOf } from './label-facts.queries.js';
import { newNonce, newSscc, renderFor } from './label-numbers.js';
import {
  edgeLabels,
  labelsAtAgents,
  labelsByPrinter,
  type WaitingTote,
  waitingTotes,
  withdrawOvertaken,
} from './planned-labels.queries.js';
import { PlannedPapersService } from './planned-papers.service.js';
import { cartonAsPlanned } from './suggest-carton.js';

/** Labels made in one turn: the ranges of numbers stay locked while they are. */
const PLANS_IN_TURN = 10;
const CANDIDATES = 50;
/** A bench packs this many totes in about two hours. */
const PER_PRINTER_MAX = 40;
/** 72 hours without a core, and a day in which the tote had waited before. */
const VALID_MS = 96 * 3_600_000;
/** A core that is only started anew is back long before. */
const CORE_GONE_AFTER_MS = 60_000;

/** Makes labels for totes that wait at a bench, and has the agents keep them for the time when the core is gone. */
@Injectable()
export class PlannedLabelsService {
  constructor(
    private readonly carriers: CarrierDesk,
    private readonly commands: DeviceCommandsService,
    private readonly papers: PlannedPapersService,
    private readonly downlink: EdgeDownlink,
  ) {}

  /** One turn for a site: what was overtaken is void, what can be planned is, and agents hear what changed for them. */
  async turn(tx: Tx): Promise<void> {
    await rows(
      tx,
      'insert into planned_label_versions (site_id, version) values ($1, 0) on conflict (site_id) do nothing',
      [tx.siteId],
    );
    // Another process of the core is at it.
    const mine = await row(
      tx,
      'select 1 from planned_label_versions where site_id = $1 for update skip locked',
      [tx.siteId],
    );
    if (!mine) return;
    await this.papers.withdrawn(tx, await withdrawOvertaken(tx));
    await this.plan(tx);
    await this.tell(tx);
  }

  /** All that an agent may keep. */
  async snapshot(tx: Tx, agentId: string): Promise<LabelsMessage> {
    const held = await row<{ version: string }>(
      tx,
      'select version from planned_label_versions where site_id = $1 for share',
      [tx.siteId],
    );
    const live = (await labelsAtAgents(tx, agentId)).filter((each) => each.live);
    await this.note(tx, { told: live.map(({ id }) => id), dropped: [] });
    return {
      version: Number(held?.version ?? 0),
      commandIds: live.map(({ commandId }) => commandId),
      set: await edgeLabels(
        tx,
        live.map(({ id }) => id),
      ),
      coreGoneAfterMs: CORE_GONE_AFTER_MS,
    };
  }

  private async plan(tx: Tx): Promise<void> {
    const totes = await waitingTotes(tx, CANDIDATES);
    if (totes.length === 0) return;
    const counts = await labelsByPrinter(tx);
    const printers = new Map<string, Printer | null>();
    let planned = 0;
    for (const tote of totes) {
      if (planned === PLANS_IN_TURN) break;
      if (!cartonAsPlanned(tote.items, [tote.carton])) continue;
      const { stationId } = tote;
      if (!printers.has(stationId)) printers.set(stationId, await printerOf(tx, stationId));
      const printer = printers.get(stationId);
      const count = printer ? (counts.get(printer.id) ?? 0) : PER_PRINTER_MAX;
      if (!printer || count >= PER_PRINTER_MAX) continue;
      if (!(await this.planOne(tx, tote, printer))) continue;
      counts.set(printer.id, count + 1);
      planned += 1;
    }
  }

  /** @returns false where the carrier gave no number: the bench will say so when the parcel is closed */
  private async planOne(tx: Tx, tote: WaitingTote, printer: Printer): Promise<boolean> {
    const id = newId();
    const sscc = await newSscc(tx);
    const weightGrams = tote.tareGrams + tote.goodsGrams;
    const { merchantId, carrierCode, service, consignee } = tote;
    const answer = await this.carriers.ask(tx, {
      ...{ labelId: id, parcelId: null, merchantId, carrierCode, service, sscc, weightGrams },
      consigneeCountry: consignee.country,
    });
    if (answer.outcome !== 'got') return false;
    const { trackingNumber } = answer;
    const nonce = newNonce();
    const facts = { ...tote, sscc, trackingNumber, weightGrams, numberInOrder: 1, parcelCount: 1, nonce };
    const commandId = await this.commands.plan(tx, {
      deviceId: printer.id,
      order: { op: 'print', args: renderFor(printer, labelOf(facts), id) },
      validForMs: VALID_MS,
    });
    await rows(
      tx,
      `insert into planned_labels (site_id, id, command_id, order_id, merchant_id, container_id, tote, station_id, device_id,
         agent_id, carrier_code, service, sscc, tracking_number, nonce, weight_grams, units, state, print_state, at_agent, fresh,
         created_at, valid_until)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'planned', 'queued', false, true, $18, $19)
       on conflict (site_id, id) do nothing`,
      [
        ...[tx.siteId, id, commandId, tote.orderId, merchantId, tote.containerId, tote.tote, tote.stationId],
        ...[printer.id, printer.agentId, carrierCode, service, sscc, trackingNumber, nonce, weightGrams],
        ...[tote.units, tx.at, new Date(tx.at.getTime() + VALID_MS)],
      ],
    );
    return true;
  }

  /** Tells each agent what it is to keep, where that has changed. */
  private async tell(tx: Tx): Promise<void> {
    const labels = await labelsAtAgents(tx);
    const changed = labels.filter(({ live, fresh, atAgent }) => (live ? fresh : atAgent));
    if (changed.length === 0) return;
    const next = await row<{ version: string }>(
      tx,
      'update planned_label_versions set version = version + 1 where site_id = $1 returning version',
      [tx.siteId],
    );
    const told = changed.filter(({ live }) => live).map(({ id }) => id);
    await this.note(tx, { told, dropped: changed.filter(({ live }) => !live).map(({ id }) => id) });
    const set = new Map((await edgeLabels(tx, told)).map((label) => [label.commandId, label]));
    for (const agent of new Set(changed.map((each) => each.agent))) {
      const live = labels.filter((each) => each.live && each.agent === agent).slice(0, PLANNED_LABELS_MAX);
      const message: LabelsMessage = {
        version: Number(next!.version),
        commandIds: live.map(({ commandId }) => commandId),
        set: live.flatMap(({ commandId }) => set.get(commandId) ?? []),
        coreGoneAfterMs: CORE_GONE_AFTER_MS,
      };
      tx.afterCommit(() => this.downlink.publishLabels(tx.siteId, agent, message));
    }
  }

  private async note(tx: Tx, { told, dropped }: { told: string[]; dropped: string[] }): Promise<void> {
    const sql =
      'update planned_labels set at_agent = $3, fresh = false where site_id = $1 and id = any($2::uuid[])';
    if (told.length > 0) await rows(tx, sql, [tx.siteId, told, true]);
    if (dropped.length > 0) await rows(tx, sql, [tx.siteId, dropped, false]);
  }
}
