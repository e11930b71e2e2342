// SwitchLBRules on a server with a wire: what their users write, what becomes of it, and what kubectl prints.
import {
  collectionPathOf,
  type KubernetesObject,
  objectPathOf,
  PODS,
  SWITCH_LB_RULES,
  VIPS,
} from '@holdfast/kube-api';
import {
  describeUnlessSkipped,
  findKubectl,
  type SuiteWorld,
  untilItPasses,
} from '@holdfast/kube-api/testing';
import { backendsOf, ruleOf } from '../uses-of-vip';
import { ProjectorAtWork } from './projector-at-work';

const NAMESPACE = 'default';
const MERGE = 'application/merge-patch+json';
const RULE = {
  vip: '10.16.0.100',
  namespace: NAMESPACE,
  sessionAffinity: 'ClientIP',
  selector: ['app: web'],
  ports: [
    { name: 'web', port: 8888, targetPort: 80, protocol: 'TCP' },
    { name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP' },
  ],
};

export function describeRules(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeEach(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
    await work.subnet();
    await work.vip('slr-01', { v4ip: '10.16.0.100', type: 'switch_lb_vip' });
    await untilItPasses(() => expect(work.ledger.view.vip('slr-01')).toBeDefined());
  });
  afterEach(async () => {
    await world().server.request('DELETE', collectionPathOf(PODS, NAMESPACE));
    await work.finish();
  });

  const shows = (name: string, status: object): Promise<KubernetesObject> =>
    untilItPasses(async () => {
      const object = await world().read(SWITCH_LB_RULES, name);
      expect(object?.status).toMatchObject(status);
      return object as KubernetesObject;
    });
  const ready = (status: string, reason: string): object => {
    const condition = expect.objectContaining({ type: 'Ready', status, reason });
    return { conditions: expect.arrayContaining([condition]) };
  };

  it('spread the ports of a Vip over the Pods that are ready', async () => {
    await world().create(SWITCH_LB_RULES, 'web', { spec: RULE });
    await shows('web', { ports: '8888/TCP,53/UDP', ...ready('True', 'Defined') });
    await world().create(
      PODS,
      'web-0',
      { metadata: { name: 'web-0', labels: { app: 'web' } }, spec: POD },
      NAMESPACE,
    );
    const path = objectPathOf(PODS, { namespace: NAMESPACE, name: 'web-0' }, 'status');
    const { status } = await world().server.request('PATCH', path, { status: SERVING }, MERGE);
    expect(status).toBe(200);
    await untilItPasses(() => expect(backendsOf(work.ledger, 'web')).toEqual(['10.16.0.7']));
    expect(ruleOf(work.ledger, 'web')).toMatchObject({ vip: 'slr-01', affinity: 'client-ip' });
  });

  it('hold their Vip, and go with their objects', async () => {
    await world().create(SWITCH_LB_RULES, 'web', { spec: RULE });
    await shows('web', ready('True', 'Defined'));
    await world().delete(VIPS, 'slr-01');
    const inUse = expect.objectContaining({ type: 'Released', status: 'False', reason: 'VipInUse' });
    await work.shows('slr-01', { conditions: expect.arrayContaining([inUse]) });
    await world().delete(SWITCH_LB_RULES, 'web');
    await work.gone(SWITCH_LB_RULES, 'web');
    await work.gone(VIPS, 'slr-01');
  });

  it('say what they want for, and have it when it is there', async () => {
    const created = await world().create(SWITCH_LB_RULES, 'web', { spec: { ...RULE, vip: 'later' } });
    await shows('web', ready('False', 'VipNotFound'));
    expect(await work.eventsOf(created)).toMatchObject([{ reason: 'VipNotFound', count: 1 }]);
    await work.vip('later', { type: 'switch_lb_vip' });
    await shows('web', ready('True', 'Defined'));
  });

  describeUnlessSkipped(findKubectl() ? undefined : 'no kubectl on the PATH', 'with kubectl', () => {
    it('are printed as people know them, by every name of the kind', async () => {
      await world().create(SWITCH_LB_RULES, 'web', { spec: RULE });
      await shows('web', ready('True', 'Defined'));
      for (const kind of ['slr', 'switch-lb-rule', 'switch-lb-rules']) {
        const table = await world().kubectl(['get', kind, 'web']);
        expect(table).toMatch(
          /^NAME +VIP +PORT\(S\) +SERVICE +AGE\nweb +10\.16\.0\.100 +8888\/TCP,53\/UDP +\S+\n$/,
        );
      }
    });
  });
}

const POD = { containers: [{ name: 'web', image: 'web' }] };
const SERVING = {
  phase: 'Running',
  podIP: '10.16.0.7',
  podIPs: [{ ip: '10.16.0.7' }],
  conditions: [{ type: 'Ready', status: 'True' }],
};
