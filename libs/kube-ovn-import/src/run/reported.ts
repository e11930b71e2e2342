// What a run of import found and did, before anybody puts it into words: steps, ports and conflicts, each with how it stands.
import type { ImportConflict } from '../cluster/conflict';
import { KUBE_OVN, type PortToTakeOver } from '../northbound/plan-take-over';
import type { TakeOverConflict } from '../northbound/take-over-conflict';
import type { ImportStep } from '../plan/import-step';

export type StepState = 'to record' | 'so already' | 'recorded';

/** One of import's own, or one of the Northbound's. */
export type ReportedConflict = Omit<ImportConflict, 'code'> & { readonly code: string };

export interface ReportedStep {
  readonly step: ImportStep;
  readonly state: StepState;
}

/** A port that Kube-OVN made. */
export interface ReportedPort {
  readonly state: 'to take over' | 'so already' | 'taken over';
  readonly port: string;
  /** What of the ledger it stands for; '' where that was told before. */
  readonly key: string;
  /** Columns that mean what they should, and are written in other words afterwards. */
  readonly respelled: readonly string[];
}

export interface ImportReport {
  readonly steps: readonly ReportedStep[];
  /** Absent: the Northbound was not asked for. */
  readonly ports?: readonly ReportedPort[];
  readonly conflicts: readonly ReportedConflict[];
  /** Whether anything was to be recorded, rather than only shown. */
  readonly isApplied: boolean;
}

/** As import tells of conflicts: who says what. */
export function reportedConflict({
  code,
  key,
  row,
  found,
  desired,
  message,
}: TakeOverConflict): ReportedConflict {
  const said = (columns: object | undefined): string[] =>
    Object.entries(columns ?? {}).map(([column, value]) => `${column}: ${JSON.stringify(value ?? null)}`);
  const parties = [
    { who: key, evidence: said(desired) },
    { who: row === '' ? KUBE_OVN : `the row ${row}`, evidence: said(found) },
  ];
  return { code, subnet: '', about: row || key, message, parties, heldBack: [] };
}

export const nameOfPort = ({ row }: Pick<PortToTakeOver, 'row'>): string => row.name;

/** @param taken in this run */
export function reportedPorts(
  { ports, already }: { readonly ports: readonly PortToTakeOver[]; readonly already: readonly string[] },
  taken: readonly PortToTakeOver[],
): ReportedPort[] {
  const byName = new Map(taken.map((port) => [nameOfPort(port), port]));
  const reported = (port: PortToTakeOver, state: ReportedPort['state']): ReportedPort => {
    return { state, port: nameOfPort(port), key: port.key, respelled: port.respelled };
  };
  return [
    ...already.map((name): ReportedPort => {
      const port = byName.get(name);
      return port
        ? reported(port, 'taken over')
        : { state: 'so already', port: name, key: '', respelled: [] };
    }),
    ...ports.map((port) => reported(port, 'to take over')),
  ].sort((a, b) => (a.port < b.port ? -1 : 1));
}
