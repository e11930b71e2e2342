// A cluster of ten thousand Pods is planned in seconds: what is asked of an object never takes a look at all others.
import { cluster, ip, pod } from '../testing/kube-ovn-objects';
import { planOf, viewOf } from '../testing/plan-text';

/** Pods, each with its IP resource. */
const PODS = 10_000;
/** It takes one or two on an idle machine; what is quadratic takes minutes. */
const PLANNED_WITHIN_MS = 20_000;

const hex = (at: number): string => at.toString(16).padStart(2, '0');

it('planImport takes twenty thousand objects', () => {
  const named = Array.from({ length: PODS }, (_, index) => {
    const at = index + 256;
    const macAddress = `00:00:00:0b:${hex(at >> 8)}:${hex(at & 255)}`;
    return { name: `pod-${at}`, v4: `10.16.${at >> 8}.${at & 255}`, macAddress };
  });
  const objects = cluster({
    pods: named.map(({ name, v4, macAddress }) =>
      pod(name, v4, { 'ovn.kubernetes.io/mac_address': macAddress }),
    ),
    ips: named.map(({ name, v4, macAddress }) => ip(`${name}.default`, v4, { macAddress })),
  });
  const startedMs = performance.now();
  const plan = planOf(objects);
  expect(performance.now() - startedMs).toBeLessThan(PLANNED_WITHIN_MS);
  expect([plan.steps.length, plan.conflicts]).toEqual([1 + 2 * PODS, []]);
  expect(viewOf(plan).subnet('ovn-default')?.byHolder.size).toBe(PODS);
}, 60_000);
