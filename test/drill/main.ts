// `npm run drill`: kill -9 of the plane that works, under load, and how long it is until another does. It exits with 1 if anything
// was lost or doubled, or a takeover took longer than it may.
import { parseArgs } from 'node:util';
import { systemChance } from '@holdfast/clock';
import { kubeApiserverSkipReason } from '@holdfast/kube-api/testing';
import { drill, type DrillResult, type Takeover, TAKEOVER_MS_MAX, wholeMs } from './drill';
import { CLUSTERS, drillSkipReason, STORES } from './world';

const KILLS_MAX = 1_000;
const PLANES_MAX = 9;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    planes: { type: 'string', default: '2' },
    store: { type: 'string', default: 'eventstoredb' },
    cluster: {
      type: 'string',
      default: kubeApiserverSkipReason() === undefined ? 'kube-apiserver' : 'sandbox',
    },
  },
});

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

async function main(): Promise<number> {
  const skipped = await drillSkipReason();
  if (skipped !== undefined) throw new Error(skipped);
  const options = {
    kills: integer('kills', 1, KILLS_MAX),
    planes: integer('planes', 2, PLANES_MAX),
    store: oneOf('store', STORES),
    cluster: oneOf('cluster', CLUSTERS),
  };
  const { kills, planes, store, cluster } = options;
  console.log(
    `${planes} planes on ${store}, a real Northbound and ${cluster}; the one that works is killed ${kills} times`,
  );
  let count = 0;
  const onTakeover = (takeover: Takeover): void => {
    const { plane, pid, commandsMs, northboundMs, kubernetesMs } = takeover;
    console.log(
      `${String((count += 1)).padStart(4)}  plane ${plane + 1} (${pid}): commands ${seconds(commandsMs)}, Northbound ${seconds(northboundMs)}, Kubernetes ${seconds(kubernetesMs)}`,
    );
  };
  return report(await drill({ ...options, chance: systemChance, onTakeover }));
}

function report({ takeovers, acknowledged, redelivered, events, violations }: DrillResult): number {
  const parts = [
    ['commands', ({ commandsMs }: Takeover) => commandsMs],
    ['Northbound', ({ northboundMs }: Takeover) => northboundMs],
    ['Kubernetes', ({ kubernetesMs }: Takeover) => kubernetesMs],
    ['every side', wholeMs],
  ] as const;
  console.log(
    `\n${'TAKEOVER'.padEnd(12)}${['MIN', 'MEDIAN', 'MAX', 'AT MOST'].map((head) => head.padStart(9)).join('')}`,
  );
  for (const [name, of] of parts) {
    const sorted = takeovers.map(of).sort((a, b) => a - b);
    const cells = [sorted[0] ?? 0, sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0, TAKEOVER_MS_MAX];
    console.log(name.padEnd(12) + cells.map((ms) => seconds(ms).padStart(9)).join(''));
  }
  const late = takeovers.filter((takeover) => wholeMs(takeover) > TAKEOVER_MS_MAX).length;
  console.log(
    `\n${acknowledged} commands acknowledged, ${redelivered} deliveries without an answer, ${events} events; ` +
      `${violations.length} lost, doubled or apart; ${late} takeovers late`,
  );
  for (const violation of violations) console.log(`  ${violation}`);
  return violations.length > 0 || late > 0 ? 1 : 0;
}

function integer(name: 'kills' | 'planes', least: number, most: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`--${name}: a whole number from ${least} to ${most}`);
  return value;
}

function oneOf<Choice extends string>(name: 'store' | 'cluster', choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === values[name]);
  if (choice === undefined) throw new Error(`--${name}: one of ${choices.join(', ')}`);
  return choice;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
