import type { ConsoleLive, FloorLive, TowerLive } from '#lib/contracts';

export interface WatchedDevice {
  siteId: number;
  device: string;
}

/**
 * Pushes to the screens, by room; only the server puts sockets into rooms. Inside a transaction push through
 * `tx.afterCommit`. Never throws and never waits: a screen that missed a message asks for a snapshot.
 */
export abstract class Live {
  abstract toStation<T extends keyof FloorLive>(
    siteId: number,
    stationId: string,
    topic: T,
    data: FloorLive[T],
  ): void;
  abstract toPerson<T extends keyof FloorLive>(
    siteId: number,
    personId: string,
    topic: T,
    data: FloorLive[T],
  ): void;
  /** False when nobody here looks at a tower, so that what only towers show need not be computed. */
  towerIsWatched(): boolean {
    return true;
  }

  /** Devices whose frames somebody looks at in this process. */
  watchedDevices(): WatchedDevice[] {
    return [];
  }

  /** Hears at once when somebody begins to look at a device's frames. */
  onWatch(_listener: (watched: WatchedDevice) => void): void {}

  abstract toTower<T extends keyof TowerLive>(siteId: number, topic: T, data: TowerLive[T]): void;
  abstract toConsole<T extends keyof ConsoleLive>(siteId: number, topic: T, data: ConsoleLive[T]): void;
}
