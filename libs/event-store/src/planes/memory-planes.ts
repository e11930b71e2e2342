// The planes of a store that lives in one process's memory, and of tests.
import type { PlaneAnnouncement, PlaneBoard } from './plane-board';

export class MemoryPlanes implements PlaneBoard {
  private readonly said = new Map<string, PlaneAnnouncement>();

  announce(announcement: PlaneAnnouncement): Promise<void> {
    this.said.set(announcement.incarnation, announcement);
    return Promise.resolve();
  }

  read(): Promise<readonly PlaneAnnouncement[]> {
    return Promise.resolve([...this.said.values()]);
  }

  withdraw(incarnation: string): Promise<void> {
    this.said.delete(incarnation);
    return Promise.resolve();
  }
}
