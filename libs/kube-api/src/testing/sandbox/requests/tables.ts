// What `kubectl get` prints is made by the server: objects as a Table (Kubernetes API concepts, "Receiving resources as
// Tables").
import { valuesAt } from './json-path';
import type { PrinterColumn, ResourceType } from '../definitions/resource-type';
import type { StoredObject } from '../definitions/stored-object';

export interface TableOptions {
  /** `None`, `Metadata` or `Object`: how much of each object goes with its row. */
  readonly includeObject: string;
  readonly nowMs: number;
}

export function tableOf(
  type: ResourceType,
  objects: readonly StoredObject[],
  listMeta: object,
  options: TableOptions,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMeta,
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name', priority: 0 },
      ...type.columns.map(definitionOf),
    ],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...type.columns.map((column) => cellOf(object, column, options.nowMs))],
      ...(options.includeObject === 'None' ? {} : { object: carried(object, options.includeObject) }),
    })),
  };
}

export function metadataOf(object: StoredObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function carried(object: StoredObject, includeObject: string): object {
  return includeObject === 'Object' ? object : metadataOf(object);
}

function definitionOf({
  name,
  type,
  format = '',
  description,
  jsonPath,
  priority = 0,
}: PrinterColumn): object {
  const said = description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`;
  return { name, type, format, description: said, priority };
}

/** Null when there is nothing, or when it is not of the column's type. */
function cellOf(object: StoredObject, { jsonPath, type }: PrinterColumn, nowMs: number): unknown {
  const value = valuesAt(object, jsonPath)[0];
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? ageOf(nowMs - Date.parse(value)) : null;
    default:
      return textOf(value);
  }
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As kubectl says it, to the two largest units at most. */
function ageOf(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return seconds % 60 ? `${minutes}m${seconds % 60}s` : `${minutes}m`;
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return minutes % 60 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
