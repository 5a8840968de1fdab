import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  type AgentInventory,
  type AgentState,
  agentTopics,
  type DeviceCommand,
  type DeviceStateMessage,
  type FrameBatch,
  isTopicSegment,
  type LabelsMessage,
  parseTopic,
  type RoutesMessage,
} from '#lib/contracts';
import { backgroundWorkAllowed } from '../background.js';
import { AppConfig } from '../config.js';
import { asSystem, newTrace, withContext } from '../context.js';
import { Database, rows, type Tx } from '../database.service.js';
import { EdgeDownlink } from '../edge-requests.js';
import { Live } from '../live.js';
import { log } from '../log.js';
import { Repeating } from '../repeating.js';
import { VERSION } from '../version.js';
import { EdgeAnswers } from './edge-answers.service.js';
import { EdgeConsole } from './edge-console.js';
import { EdgeRegistry, type KnownAgent } from './edge-registry.js';
import { parseObject } from './read-batch.js';
import { SiteLink } from './site-link.js';
import { type TakenBatch, Uplink } from './uplink.service.js';

const SITES_EVERY_MS = 3_000;
/** Batches of one stream that may wait; an agent sends at most a window of four. What is dropped is sent again. */
const WAITING_MAX = 8;
/** State messages are retained and repeated: when the database is slow the surplus is dropped. */
const STATES_WAITING_MAX = 500;

interface Site {
  id: number;
  code: string;
  link: SiteLink;
}

/**
 * Where MQTT ends: topics become calls, answers become messages. Streams are independent of each other; within one, batches are taken
 * one after the other.
 */
@Injectable()
export class BrokerBridge extends EdgeDownlink implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sites = new Map<number, Site>();
  private readonly queues = new Map<string, { waiting: number; tail: Promise<void> }>();
  private readonly siteWatch = new Repeating('BrokerBridge', SITES_EVERY_MS, () => this.openSites());

  constructor(
    private readonly config: AppConfig,
    private readonly db: Database,
    private readonly uplink: Uplink,
    private readonly edge: EdgeRegistry,
    private readonly answers: EdgeAnswers,
    private readonly live: Live,
    private readonly console: EdgeConsole,
  ) {
    super();
    const topicsOf = (siteId: number, agentCode: string) => {
      const site = this.sites.get(siteId);
      return site && { link: site.link, topics: agentTopics(site.code, agentCode) };
    };
    console.connect({
      ask: ({ siteId, agentCode, device }, ask) => {
        const to = topicsOf(siteId, agentCode);
        return to?.link.publish(to.topics.ask(device), ask) ?? false;
      },
      desire: (siteId, agentCode, message) => {
        const to = topicsOf(siteId, agentCode);
        return to?.link.publish(to.topics.desired, message) ?? false;
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!backgroundWorkAllowed()) return;
    if (!this.config.mqttUrl) {
      log.warn('MQTT_URL is not set: devices are out of reach');
      return;
    }
    await this.openSites();
    this.siteWatch.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.siteWatch.stop();
    await Promise.all([...this.sites.values()].map(({ link }) => link.stop()));
    await Promise.allSettled([...this.queues.values()].map(({ tail }) => tail));
  }

  /** Per site, whether its connection stands; empty when no broker is configured. */
  connections(): { site: string; connected: boolean }[] {
    return [...this.sites.values()].map(({ code, link }) => ({ site: code, connected: link.connected }));
  }

  publishRoutes(siteId: number, agentCode: string, message: RoutesMessage): void {
    const site = this.sites.get(siteId);
    site?.link.publish(agentTopics(site.code, agentCode).routes, message);
  }

  publishLabels(siteId: number, agentCode: string, message: LabelsMessage): void {
    const site = this.sites.get(siteId);
    site?.link.publish(agentTopics(site.code, agentCode).labels, message);
  }

  publishCommand(siteId: number, agentCode: string, deviceCode: string, command: DeviceCommand): void {
    const site = this.sites.get(siteId);
    site?.link.publish(agentTopics(site.code, agentCode).cmd(deviceCode), command);
  }

  /** A site that was imported while we run gets its connection within seconds. */
  private async openSites(): Promise<void> {
    const found = await asSystem('bridge', null, () =>
      this.db.transaction((tx) => rows<{ id: number; code: string }>(tx, 'select id, code from sites')),
    );
    for (const { id, code } of found) {
      if (this.sites.has(id) || !isTopicSegment(code)) continue;
      const { mqttUrl, mqttUsername, mqttPassword } = this.config;
      const link = new SiteLink({
        url: mqttUrl!,
        username: mqttUsername,
        password: mqttPassword,
        tls: this.config.mqttTls,
        siteCode: code,
        version: VERSION,
        onMessage: (topic, payload) => this.hear(id, topic, payload),
      });
      this.sites.set(id, { id, code, link });
    }
  }

  private hear(siteId: number, topic: string, payload: Buffer): void {
    const parsed = parseTopic(topic);
    const site = this.sites.get(siteId);
    if (!parsed || !site || parsed.site !== site.code) return;
    const { agent, branch, leaf } = parsed;
    if (branch === 'evt' && leaf) {
      this.enqueue(`${siteId}/${agent}/evt/${leaf}`, () => this.take(site, agent, leaf, payload));
    } else if (branch === 'req' && leaf) {
      void this.logged(() => this.answer(site, agent, leaf, payload));
    } else if (branch === 'state' && leaf) {
      this.enqueue(`${siteId}/${agent}/state`, () => this.state(site, agent, leaf, payload));
    } else if (branch === 'inventory') {
      this.enqueue(`${siteId}/${agent}/state`, () => this.inventory(site, agent, payload));
    } else if (branch === 'tlm' && leaf) this.frames(site, agent, leaf, payload);
    else if (branch === 'ans') this.console.heard(parseObject(payload) ?? {});
  }

  /** One after the other per key; what comes while too many wait is dropped, its sender repeats it. */
  private enqueue(key: string, work: () => Promise<void>): void {
    const queue = this.queues.get(key) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= (key.endsWith('/state') ? STATES_WAITING_MAX : WAITING_MAX)) return;
    this.queues.set(key, queue);
    queue.waiting += 1;
    queue.tail = queue.tail
      .then(() => this.logged(work))
      .finally(() => {
        queue.waiting -= 1;
        if (queue.waiting === 0 && this.queues.get(key) === queue) this.queues.delete(key);
      });
  }

  private async logged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ err: error }, 'a message from the edge could not be taken; its sender repeats it');
    }
  }

  private async take(site: Site, agentCode: string, stream: string, payload: Buffer): Promise<void> {
    const batch = await this.uplink.take({ siteId: site.id, agentCode, stream }, payload);
    if (!batch) return;
    site.link.publish(agentTopics(site.code, agentCode).ack(stream), batch.ack);
    this.show(site, agentCode, batch);
  }

  private show(site: Site, agentCode: string, { taken }: TakenBatch): void {
    for (const { candidate } of taken) {
      const { record } = candidate;
      if (!record) continue;
      const { device, kind, data, at, simulated } = record;
      const marked = simulated === true ? { simulated } : {};
      const reading = { agent: agentCode, device, kind, data, at, ...marked };
      this.live.toConsole(site.id, 'console.reading', reading);
    }
  }

  private async answer(site: Site, agentCode: string, device: string, payload: Buffer): Promise<void> {
    const answer = await this.answers.answer({ id: site.id, code: site.code }, agentCode, payload);
    if (answer) site.link.publish(agentTopics(site.code, agentCode).res(device), answer);
  }

  private async state(site: Site, agentCode: string, leaf: string, payload: Buffer): Promise<void> {
    const state = parseObject(payload);
    if (!state) return;
    await this.forAgent(site, agentCode, (tx, agent) =>
      leaf === 'agent'
        ? this.edge.agentState(tx, agent, state as unknown as AgentState)
        : this.edge.deviceState(tx, agent, leaf, state as unknown as DeviceStateMessage),
    );
  }

  private async inventory(site: Site, agentCode: string, payload: Buffer): Promise<void> {
    const inventory = parseObject(payload);
    if (!inventory || !Array.isArray(inventory.devices)) return;
    await this.forAgent(site, agentCode, (tx, agent) =>
      this.edge.inventory(tx, agent, inventory as unknown as AgentInventory),
    );
  }

  private async forAgent(
    site: Site,
    agentCode: string,
    work: (tx: Tx, agent: KnownAgent) => Promise<void>,
  ): Promise<void> {
    const actor = { kind: 'system', name: `agent ${agentCode}`, siteId: site.id } as const;
    await withContext(newTrace(), actor, () =>
      this.db.transaction(async (tx) => {
        const agent = await this.edge.findAgent(tx, agentCode);
        if (agent) await work(tx, agent);
      }),
    );
  }

  private frames(site: Site, agent: string, device: string, payload: Buffer): void {
    const batch = parseObject(payload);
    if (!batch || !Array.isArray(batch.frames)) return;
    this.live.toConsole(site.id, 'console.frames', { ...(batch as unknown as FrameBatch), agent, device });
  }
}
