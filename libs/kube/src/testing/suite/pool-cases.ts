// IPPools on a server with a wire, under our definition and under Kube-OVN's: what becomes of them, and what kubectl prints.
import { FINALIZER, IP_POOLS, SUBNETS } from '@holdfast/kube-api';
import { POOL_SUBNET_ANNOTATION } from '../../pool/pool-home';
import {
  describeUnlessSkipped,
  findKubectl,
  installDefinitions,
  MANIFESTS,
  type SuiteWorld,
  untilItPasses,
} from '@holdfast/kube-api/testing';
import { ProjectorAtWork } from './projector-at-work';

const POOL = { subnet: 'ovn-default', ips: ['10.16.0.100', '10.16.0.200..10.16.0.203'], namespaces: ['web'] };

export function describePools(world: () => SuiteWorld, definitions: string): void {
  let work: ProjectorAtWork;
  beforeAll(() => installDefinitions(world().server, definitions));
  afterAll(() => installDefinitions(world().server, MANIFESTS.holdfast));
  beforeEach(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
    await work.subnet('ovn-default', { cidrBlock: '10.16.0.0/24' });
  });
  afterEach(() => work.finish());

  const shows = (status: object): Promise<void> =>
    untilItPasses(async () => {
      expect((await world().read(IP_POOLS, 'gold'))?.status).toMatchObject(status);
    });
  const ready = (status: string, reason: string): object => {
    const condition = expect.objectContaining({ type: 'Ready', status, reason });
    return { conditions: expect.arrayContaining([condition]) };
  };

  it('are defined, counted, moved to another Subnet, and retired with their objects', async () => {
    await world().create(IP_POOLS, 'gold', { spec: POOL });
    await shows({ v4UsingIPs: 0, v4AvailableIPs: 5, ...ready('True', 'Defined') });
    await work.vip('static', { v4ip: '10.16.0.201' });
    await shows({
      v4UsingIPs: 1,
      v4AvailableIPs: 4,
      v4UsingIPRange: '10.16.0.201',
      v4AvailableIPRange: '10.16.0.100,10.16.0.200,10.16.0.202-10.16.0.203',
    });
    await work.subnet('other', { cidrBlock: '10.16.0.0/16' });
    await untilItPasses(() => expect(work.ledger.view.subnet('other')).toBeDefined());
    await world().merge(IP_POOLS, 'gold', { spec: { subnet: 'other' } });
    await shows({ v4UsingIPs: 0, v4AvailableIPs: 5 });
    const { metadata } = (await world().read(IP_POOLS, 'gold')) ?? {};
    expect(metadata?.finalizers).toEqual([FINALIZER]);
    expect(metadata?.annotations?.[POOL_SUBNET_ANNOTATION]).toBe('other');
    await world().delete(IP_POOLS, 'gold');
    await work.gone(IP_POOLS, 'gold');
    expect(work.ledger.view.subnet('other')?.definition).not.toHaveProperty('pools');
  });

  it('say why they are refused', async () => {
    const created = await world().create(IP_POOLS, 'gold', { spec: { ...POOL, ips: ['10.99.0.1'] } });
    await shows(ready('False', 'InvalidArgument'));
    expect(await work.eventsOf(created)).toMatchObject([{ reason: 'InvalidArgument', count: 1 }]);
  });

  it('and their Subnets name the addresses that are held and those that are free', async () => {
    await work.vip('static', { v4ip: '10.16.0.201' });
    await work.counts(1);
    expect((await world().read(SUBNETS, 'ovn-default'))?.status).toMatchObject({
      v4usingIPrange: '10.16.0.201',
      v4availableIPrange: '10.16.0.2-10.16.0.200,10.16.0.202-10.16.0.254',
      v4availableIPs: 252,
    });
  });

  describeUnlessSkipped(findKubectl() ? undefined : 'no kubectl on the PATH', 'with kubectl', () => {
    it('are printed as people know them', async () => {
      await world().create(IP_POOLS, 'gold', { spec: POOL });
      await shows(ready('True', 'Defined'));
      expect(await world().kubectl(['get', 'ippool', 'gold'])).toMatch(
        /^NAME +SUBNET +ENABLEADDRESSSET +IPS +V4USED +V4AVAILABLE +V6USED +V6AVAILABLE\ngold +ovn-default .*\["10\.16\.0\.100","10\.16\.0\.200\.\.10\.16\.0\.203"\] +0 +5 +0 +0\n$/,
      );
    });
  });
}
