import type { CommandArgs, DeviceOrder, DeviceSetup } from '#lib/contracts';
import type { CommandOutcome } from '#lib/device-kit';
import { Attachment, type AttachmentParts } from './attachment.js';

const REFRESH_MS = 5_000;

/** The attached devices, each in a session of its own: one that fails is out of service with its reason, the others run on. */
export class Sessions {
  private readonly attached = new Map<string, Attachment>();
  private refresh: NodeJS.Timeout | undefined;

  constructor(private readonly parts: AttachmentParts) {}

  start(): void {
    this.refresh = setInterval(() => {
      for (const attachment of this.attached.values()) attachment.refresh();
    }, REFRESH_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.refresh);
    await Promise.all([...this.attached.values()].map((attachment) => attachment.close()));
  }

  get(device: string): Attachment | undefined {
    return this.attached.get(device);
  }

  all(): Attachment[] {
    return [...this.attached.values()];
  }

  /** Attaches a device, or gives it another setup at a frame boundary. */
  async attach(device: string, setup: DeviceSetup): Promise<void> {
    const present = this.attached.get(device);
    if (present) return present.replace(setup);
    const attachment = new Attachment(device, this.parts);
    this.attached.set(device, attachment);
    await attachment.open(setup);
  }

  async detach(device: string): Promise<void> {
    const attachment = this.attached.get(device);
    if (!attachment) return;
    this.attached.delete(device);
    attachment.setState('disabled', 'taken out of the agent');
    await attachment.close();
  }

  /** Null when no such device is attached. Never rejects. */
  command(device: string, order: DeviceOrder): Promise<CommandOutcome> | null {
    return this.attached.get(device)?.command(order) ?? null;
  }

  signalNotKept(device: string): void {
    this.attached.get(device)?.signalNotKept();
  }

  beep(device: string, pattern: CommandArgs['beep']['pattern']): void {
    this.attached.get(device)?.beep(pattern);
  }

  /** Devices of this driver take its new version, each at its own frame boundary. */
  async useDriver(id: string): Promise<void> {
    const users = this.all().filter(({ setup }) => setup?.driver === id);
    const shelf = this.parts.shelf;
    await Promise.all(users.map(async (each) => each.useDriver(await shelf.load(id))));
  }
}
