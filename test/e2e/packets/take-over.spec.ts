// While ports that Kube-OVN made are taken over, and while they are given back, not one packet is lost: a real OVN with two
// chassis, rows as Kube-OVN writes them, and a projector at work on the same Northbound.
import { systemChance, systemClock } from '@holdfast/clock';
import { NorthboundHandOver } from '@holdfast/kube-ovn-import';
import { NorthboundReconciler, OvsdbNorthbound } from '@holdfast/ovn';
import {
  compareNumbers,
  kubeOvnPort,
  kubeOvnSwitch,
  kubeOvnVirtualPort,
  TestLedger,
} from '@holdfast/ovn/testing';
import { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';
import { packetLabSkipReason } from './lab/skip-reason';
import { expectClaim } from './scenarios';
import { ping } from './probes/ping';

const skipReason = packetLabSkipReason();
const describeOrSkip = skipReason ? describe.skip : describe;

const TIME = { clock: systemClock, chance: systemChance };
const LEDGER = 'ledger-1';
const VIP = { port: 'aap', address: '10.16.0.101/16' };
const NAMES = ['web', 'both', 'near', 'far'] as const;
/** Two and a half seconds of pings, in the midst of which the ports change hands. */
const PINGS = 50;
const IN_THE_MIDST_MS = 500;

describeOrSkip(
  skipReason ? `ports that change hands [skipped: ${skipReason}]` : 'ports that change hands',
  () => {
    let lab: PacketLab;
    let handOver: NorthboundHandOver;
    let projector: NorthboundReconciler;
    let stopProjector: () => Promise<void>;
    const ledger = new TestLedger();
    const pods = new Map<string, Pod>();

    const portOf = (name: string) => {
      const at = NAMES.indexOf(name as (typeof NAMES)[number]) + 5;
      return {
        port: `${name}.default`,
        v4: `10.16.0.${at}`,
        mac: `00:00:00:0a:00:0${at}`,
        macValue: 0x0a0000 + at,
      };
    };

    beforeAll(async () => {
      lab = await PacketLab.start();
      await lab.nbctl('lr-add', 'ovn-cluster');
      await lab.nbctl(...kubeOvnSwitch('blue', 'ovn-cluster', '10.16.0.1/16'));
      ledger.define('blue', '10.16.0.0/16');
      for (const [index, name] of NAMES.entries()) {
        const { port, v4, mac, macValue } = portOf(name);
        const addresses = `${mac} ${v4}`;
        // Kube-OVN tells a parent's Vips in the order of its annotation; that is not ours.
        const isSecure = name === 'both' && { portSecurity: `${addresses} 10.16.0.101` };
        await lab.nbctl(...kubeOvnPort('blue', port, { addresses, pod: `default/${name}`, ...isSecure }));
        ledger.reservePort('blue', `pod/default/${name}`, {
          v4,
          mac: macValue,
          port,
          portSecurity: name === 'both',
        });
        const nic = { mac, v4: `${v4}/16`, gateway4: '10.16.0.1' };
        pods.set(name, await lab.addPod({ name, chassis: index % 2 === 0 ? 1 : 2, port, ...nic }));
      }
      const parents = ['web.default', 'both.default'];
      await lab.nbctl(...kubeOvnVirtualPort('blue', 'aap', '10.16.0.101', parents));
      ledger.reserve('blue', 'aap', { v4: '10.16.0.101', namespace: 'default' });
      ledger.grant('aap', ...parents);
      await lab.whenUp(...NAMES.map((name) => portOf(name).port));
      await expectClaim(lab, VIP, pods.get('both')!);
      const northbound = new OvsdbNorthbound({ remotes: lab.northboundRemote, ...TIME });
      const options = {
        northbound,
        view: ledger.view,
        onFacts: () => () => undefined,
        comparePositions: compareNumbers,
        ledger: ledger.process(),
      };
      projector = new NorthboundReconciler({ ...options, ...TIME });
      projector.start();
      stopProjector = () => projector.stop().then(() => northbound.close());
      await projector.whenSettled();
      const timeoutMs = 10_000;
      handOver = new NorthboundHandOver({
        remotes: lab.northboundRemote,
        comparePositions: compareNumbers,
        timeoutMs,
        ...TIME,
      });
      await handOver.whenRead();
    }, 60_000);

    /** A server that dies under a test explains what the test says. */
    afterEach(async () => expect(await lab.obituaries()).toEqual([]));

    afterAll(async () => {
      await handOver?.close();
      await stopProjector?.();
      await lab?.stop();
    }, 30_000);

    /** What is bound where, by which row: a port that were made anew would have another. */
    const bindings = async (): Promise<string> => {
      const output = await lab.sbctl(
        '--columns=_uuid,logical_port,chassis,tunnel_key,virtual_parent',
        'list',
        'Port_Binding',
      );
      return output.split('\n\n').sort().join('\n\n');
    };

    /** From both chassis, to a port on each of them, to the Vip, and to the gateway. */
    async function withoutLoss(change: () => Promise<void>): Promise<void> {
      const addresses = [portOf('web').v4, portOf('both').v4, '10.16.0.101', '10.16.0.1'];
      const pinging = ['near', 'far'].flatMap((from) =>
        addresses.map((to) => ping(pods.get(from)!, to, PINGS)),
      );
      await new Promise((resolve) => setTimeout(resolve, IN_THE_MIDST_MS));
      await change();
      await lab.syncHv();
      expect(await Promise.all(pinging)).toEqual(
        Array(pinging.length).fill({ sent: PINGS, received: PINGS }),
      );
    }

    it('lose no packet while they are taken over', async () => {
      const before = await bindings();
      const { ports, conflicts } = handOver.plan(ledger.view);
      expect([ports.length, conflicts]).toEqual([5, []]);
      await withoutLoss(async () => {
        const mark = { position: ledger.view.position, ledger: LEDGER };
        expect((await handOver.takeOver(ports, mark)).done).toHaveLength(5);
        await projector.whenSettled();
      });
      expect(projector.status().obstacles).toEqual([]);
      expect(await bindings()).toBe(before);
    }, 30_000);

    it('lose no packet while they are given back', async () => {
      const before = await bindings();
      await stopProjector();
      await withoutLoss(async () => {
        expect((await handOver.giveBack(handOver.planGiveBack())).done).toHaveLength(5);
      });
      expect(await bindings()).toBe(before);
    }, 30_000);
  },
);
