// Parents that come and go, as the labels and annotations of Pods change: what one change costs the Northbound, and
// what a burst of them does not.
import { systemChance, systemClock } from '@holdfast/clock';
import { SeededChance } from '@holdfast/clock/testing';
import { formatAddress } from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import { type Northbound, NorthboundReconciler, OvsdbNorthbound } from '@holdfast/ovn';
import { TestLedger, compareNumbers } from '@holdfast/ovn/testing';
import { NORTHBOUND_SCHEMA, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { type Figure, timed } from './figure';
import { RawOvsdb } from './raw-ovsdb';

const VIPS = 1_000;
const PARENTS = 10;
/** Ports on the switch: each is a parent of ten Vips. */
const PORTS = 1_000;
const CHANGES = 1_000;
const EVENTS = 10_000;
/** How many events come between two turns of the event loop. */
const EVENTS_PER_TICK = 10;

const vipName = (at: number): string => `vip-${at}`;
const portName = (at: number): string => `pod-${at}.default`;

export async function churning(): Promise<Figure[]> {
  const bench = await Bench.start();
  try {
    const changes = await bench.changes();
    const floor = await bench.floor();
    const burst = await bench.burst();
    return [
      {
        what: `parent changes/s, ${VIPS} Vips with ${PARENTS} parents each`,
        measured: changes.perSecond,
        limit: floor.perSecond,
        limitName: 'the same updates as raw JSON-RPC',
        unit: '/s',
      },
      {
        what: `transactions a parent change, ${CHANGES} changes`,
        measured: changes.transactions / CHANGES,
        limit: 1,
        limitName: 'one a change',
        unit: '',
        atMost: 1,
      },
      {
        what: 'bytes sent a parent change',
        measured: changes.bytes / CHANGES,
        limit: floor.bytes / CHANGES,
        limitName: 'the same updates as raw JSON-RPC',
        unit: 'B',
      },
      {
        what: `transactions of a burst of ${EVENTS} events of one subnet`,
        measured: burst.transactions,
        limit: EVENTS,
        limitName: 'one an event',
        unit: '',
        atMost: 0.1,
      },
    ];
  } finally {
    await bench.stop();
  }
}

class Bench {
  private readonly ledger = new TestLedger();
  private readonly chance = new SeededChance(1);
  private readonly northbound: OvsdbNorthbound;
  private readonly reconciler: NorthboundReconciler;
  private bytes = 0;

  private constructor(
    private readonly server: Awaited<ReturnType<typeof startOvsdbServer>>,
    private readonly raw: RawOvsdb,
  ) {
    const time = { clock: systemClock, chance: systemChance };
    this.northbound = new OvsdbNorthbound({ remotes: server.unix, ...time });
    this.reconciler = new NorthboundReconciler({
      northbound: this.counted(),
      view: this.ledger.view,
      ledger: this.ledger.process(),
      onFacts: (listener) => this.ledger.onFacts(listener),
      comparePositions: compareNumbers,
      ...time,
    });
  }

  static async start(): Promise<Bench> {
    const server = await startOvsdbServer({ schema: NORTHBOUND_SCHEMA });
    const bench = new Bench(server, await RawOvsdb.connect(server.unix));
    await bench.fill();
    return bench;
  }

  async stop(): Promise<void> {
    await this.reconciler.stop();
    await this.northbound.close();
    this.raw.close();
    await this.server.stop();
  }

  /** One change after another, each until its row is there. Every tenth changes nothing: a second grantor. */
  async changes(): Promise<{ perSecond: number; transactions: number; bytes: number }> {
    const { transactions } = this.reconciler.status().counts;
    this.bytes = 0;
    const ms = await timed(async () => {
      for (let change = 0; change < CHANGES; change += 1) {
        this.ledger.run([change % 10 === 9 ? this.doubled() : this.toggled()]);
        await this.reconciler.whenSettled();
      }
    });
    const sent = this.reconciler.status().counts.transactions - transactions;
    return { perSecond: (CHANGES / ms) * 1000, transactions: sent, bytes: this.bytes };
  }

  /** Nothing but the updates, by hand. */
  async floor(): Promise<{ perSecond: number; bytes: number }> {
    const updates = Array.from({ length: CHANGES }, () => {
      const name = vipName(this.chance.below(VIPS));
      return {
        op: 'update',
        table: 'Logical_Switch_Port',
        where: [['name', '==', name]],
        row: { options: ['map', Object.entries(this.optionsOf(name))] },
      };
    });
    const ms = await timed(async () => {
      for (const update of updates) await this.raw.transact([update]);
    });
    return { perSecond: (CHANGES / ms) * 1000, bytes: JSON.stringify(updates).length };
  }

  /** As fast as they come. @throws Error if the rows are not those of the last state. */
  async burst(): Promise<{ transactions: number }> {
    const { transactions } = this.reconciler.status().counts;
    for (let event = 0; event < EVENTS; event += 1) {
      this.ledger.run([this.toggled()]);
      if (event % EVENTS_PER_TICK === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await this.reconciler.whenSettled();
    await this.verify();
    return { transactions: this.reconciler.status().counts.transactions - transactions };
  }

  private async fill(): Promise<void> {
    await this.raw.transact(foreignPorts());
    this.ledger.define('net', '10.0.0.0/16');
    const names = Array.from({ length: VIPS }, (_, at) => vipName(at));
    this.ledger.reserveAll('net', names, { namespace: 'default' });
    const grants = names.flatMap((vip, at) =>
      Array.from({ length: PARENTS }, (_, parent) => grant(vip, portName((at + parent) % PORTS))),
    );
    this.ledger.run(grants);
    this.reconciler.start();
    await this.reconciler.whenSettled();
    await this.verify();
  }

  /** A parent goes, or another one comes. */
  private toggled(): LedgerCommand {
    const at = this.chance.below(VIPS);
    const command = grant(vipName(at), portName((at + this.chance.below(2 * PARENTS)) % PORTS));
    const isParent = this.ledger.view.subnet('net')!.uses.isParent(command.vip, command.port);
    return isParent ? { ...command, type: 'WithdrawParent', reason: 'its labels changed' } : command;
  }

  /** Somebody else names a port that is a parent already, or takes that back. */
  private doubled(): LedgerCommand {
    for (;;) {
      const at = this.chance.below(VIPS);
      const [port] = this.ledger.view.subnet('net')!.uses.parentPorts(vipName(at));
      if (port === undefined) continue;
      const isGranted = this.ledger.view.subnet('net')!.uses.isGranted(vipName(at), port, 'explicit');
      if (!isGranted) return { ...grant(vipName(at), port), grantor: 'explicit' };
    }
  }

  private optionsOf(vip: string): { readonly [key: string]: string } {
    const { reservation, subnet } = this.ledger.view.vip(vip)!;
    const parents = [...subnet.uses.parentPorts(vip)].sort().join(',');
    const address = formatAddress(reservation.v4!);
    return { 'virtual-ip': address, ...(parents !== '' && { 'virtual-parents': parents }) };
  }

  private async verify(): Promise<void> {
    const rows = await this.raw.select(
      'Logical_Switch_Port',
      ['name', 'options'],
      [['type', '==', 'virtual']],
    );
    const found = new Map(
      rows.map((row) => [row['name'], (row['options'] as [string, [string, string][]])[1]]),
    );
    for (let at = 0; at < VIPS; at += 1) {
      const desired = JSON.stringify(Object.entries(this.optionsOf(vipName(at))).sort());
      const is = JSON.stringify([...(found.get(vipName(at)) ?? [])].sort());
      if (is !== desired) throw new Error(`${vipName(at)} is ${is} and should be ${desired}`);
    }
  }

  private counted(): Northbound {
    return {
      watch: (watcher) => this.northbound.watch(watcher),
      setCandidate: (isCandidate) => this.northbound.setCandidate(isCandidate),
      transact: (operations) => {
        this.bytes += JSON.stringify(operations).length;
        return this.northbound.transact(operations);
      },
    };
  }
}

const grant = (vip: string, port: string) =>
  ({ type: 'GrantParent', subnet: 'net', vip, port, grantor: 'selector' }) as const;

/** The ports of Pods, made by somebody else. */
function foreignPorts(): object[] {
  const ports = Array.from({ length: PORTS }, (_, at) => ({
    op: 'insert',
    table: 'Logical_Switch_Port',
    'uuid-name': `p${at}`,
    row: {
      name: portName(at),
      addresses: `0a:00:00:00:${hex(at >> 8)}:${hex(at & 255)} 10.0.200.${at & 255}`,
    },
  }));
  const set = ['set', ports.map((port) => ['named-uuid', port['uuid-name']])];
  return [...ports, { op: 'insert', table: 'Logical_Switch', row: { name: 'net', ports: set } }];
}

const hex = (octet: number): string => octet.toString(16).padStart(2, '0');
