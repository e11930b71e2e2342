// Against a real ovsdb-server with the Southbound's schema; what ovn-controller would write there is written by hand.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { systemChance, systemClock } from '@holdfast/clock';
import { type OvsdbServer, SOUTHBOUND_SCHEMA, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { SouthboundBindings } from './southbound-bindings';

describe('who answers for a Vip', () => {
  let server: OvsdbServer;
  let bindings: SouthboundBindings;

  const sbctl = (...args: readonly string[]) =>
    promisify(execFile)('ovn-sbctl', [`--db=${server.unix}`, ...args]);

  const portBinding = (name: string, type: string, key: number): string[] => {
    const row = [`logical_port="${name}"`, `type="${type}"`, `tunnel_key=${key}`, 'datapath=@dp'];
    return ['--', 'create', 'Port_Binding', ...row];
  };

  const uuidOf = async (table: string, condition: string): Promise<string> => {
    const { stdout } = await sbctl('--bare', '--columns=_uuid', 'find', table, condition);
    return stdout.trim();
  };

  /** As ovn-controller does when a parent's gratuitous ARP arrives; resolves when that was heard here. */
  async function claim(port: string, parent: string): Promise<void> {
    const vip = port.replace(':ipv6', '');
    const heard = new Promise<void>((resolve) => {
      const stop = bindings.onChange(() => {
        if (!bindings.bindingsOf(vip).some((binding) => binding.port === parent)) return;
        stop();
        resolve();
      });
    });
    const row = await uuidOf('Port_Binding', `logical_port="${port}"`);
    const chassis = await uuidOf('Chassis', 'name=ch1');
    await sbctl('set', 'Port_Binding', row, `virtual_parent="${parent}"`, `chassis=${chassis}`);
    await heard;
  }

  beforeEach(async () => {
    server = await startOvsdbServer({ schema: SOUTHBOUND_SCHEMA });
    await sbctl(
      ...['chassis-add', 'ch1', 'geneve', '127.0.0.1', '--', '--id=@dp'],
      ...['create', 'Datapath_Binding', 'tunnel_key=1'],
      ...portBinding('web', 'virtual', 1),
      ...portBinding('web:ipv6', 'virtual', 2),
      ...portBinding('db', 'virtual', 3),
      ...portBinding('a.default', '', 4),
    );
    bindings = new SouthboundBindings({ remotes: server.unix, clock: systemClock, chance: systemChance });
  });

  afterEach(async () => {
    await bindings.close();
    await server.stop();
  });

  it('is nobody until a parent claims it, and then that parent, with its chassis', async () => {
    await claim('web', 'a.default');
    expect(bindings.bindingsOf('web')).toEqual([{ port: 'a.default', chassis: 'ch1' }]);
    expect(bindings.bindingsOf('db')).toEqual([]);
    await claim('web:ipv6', 'b.default');
    await claim('web', 'c.default');
    expect(bindings.bindingsOf('web').map(({ port }) => port)).toEqual(['c.default', 'b.default']);
    expect(bindings.isConnected).toBe(true);
  });

  it('is known again after the Southbound was killed and started', async () => {
    await claim('web', 'a.default');
    await server.kill();
    await server.restart();
    await claim('web', 'b.default');
    expect(bindings.bindingsOf('web')).toEqual([{ port: 'b.default', chassis: 'ch1' }]);
  });

  it('is nobody once the virtual port is gone', async () => {
    await claim('web', 'a.default');
    const gone = new Promise<void>((resolve) => {
      const stop = bindings.onChange((vip) => {
        stop();
        expect(vip).toBe('web');
        resolve();
      });
    });
    await sbctl('destroy', 'Port_Binding', await uuidOf('Port_Binding', 'logical_port=web'));
    await gone;
    expect(bindings.bindingsOf('web')).toEqual([]);
  });
});
