// What import asks of the ledger, as requests of the contract; and their ids, which are made of what they say.
import { createHash } from 'node:crypto';
import { type JsonObject, create, toJson } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type OperationName, operations, v1 } from '@holdfast/api';
import {
  type AddressRequest,
  formatAddress,
  formatCidr,
  formatMac,
  formatRange,
  formatRetention,
} from '@holdfast/ipam';
import type { ImportCommand } from '../plan/import-step';
import type { LedgerCallRequest } from './ledger-client';

type Name = ImportCommand['type'];
/** One of the requests with its own operation's name. */
export type Asking = {
  [One in Name]: { readonly name: One; readonly request: LedgerCallRequest<One> };
}[Name];

export function askingOf(command: ImportCommand): Asking {
  switch (command.type) {
    case 'DefineSubnet':
      return { name: command.type, request: definitionRequest(command) };
    case 'DefinePool': {
      const { subnet, name, ranges, namespaces } = command;
      return {
        name: command.type,
        request: { subnet, name, ranges: ranges.map(formatRange), namespaces: [...namespaces] },
      };
    }
    case 'ReserveAddress': {
      const { subnet, holder, port = '', portSecurity = false } = command;
      return {
        name: command.type,
        request: { subnet, holder, port, portSecurity, ...addressFields(command) },
      };
    }
    case 'ReserveVip': {
      const { subnet, name, vipType: type, namespace = '', selector, owner } = command;
      const importedFrom = owner && { resource: owner.resource, uid: owner.uid };
      return {
        name: command.type,
        request: {
          subnet,
          name,
          type,
          namespace,
          selector: [...selector],
          importedFrom,
          ...addressFields(command),
        },
      };
    }
    case 'AttachUser': {
      const { subnet, holder, user, migrates = false } = command;
      const { object, uid, node = '', resourceVersion = '', port = '', owner = '' } = user;
      const request = { subnet, holder, migrates, object, uid, node, resourceVersion, port, owner };
      return { name: command.type, request };
    }
    case 'DetachUser': {
      const { subnet, holder, uid, owner: ownerState, reason } = command;
      return { name: command.type, request: { subnet, holder, uid, ownerState, reason } };
    }
    case 'ReleaseAddress': {
      const { subnet, holder, reason } = command;
      return { name: command.type, request: { subnet, holder, reason } };
    }
    case 'SetRetention': {
      const { subnet, holder, retention } = command;
      const said = retention ? { retention: formatRetention(retention) } : { noRetention: true };
      return { name: command.type, request: { subnet, holder, ...said } };
    }
  }
}

function definitionRequest(command: Extract<ImportCommand, { readonly type: 'DefineSubnet' }>) {
  const {
    subnet: name,
    cidrs,
    gateways = [],
    excluded = [],
    coolingMs = 0,
    router = '',
    retention,
  } = command;
  return {
    ...{ name, router, cidrs: cidrs.map(formatCidr), excluded: excluded.map(formatRange) },
    ...(gateways.length > 0 ? { gateways: gateways.map(formatAddress) } : { noGateway: true }),
    ...(coolingMs > 0 && { cooling: durationFromMs(coolingMs) }),
    ...(retention && { retention: formatRetention(retention) }),
  };
}

function addressFields({ v4, v6, mac, families = [] }: AddressRequest) {
  return {
    v4: v4 === undefined ? '' : formatAddress(v4),
    v6: v6 === undefined ? '' : formatAddress(v6),
    mac: mac === undefined ? '' : formatMac(mac),
    families: families.map((family) => (family === 4 ? v1.IpFamily.IPV4 : v1.IpFamily.IPV6)),
  };
}

/** In the contract's own JSON. */
export function requestJson({ name, request }: Asking): JsonObject {
  const { request: schema } = operations[name as OperationName];
  return toJson(schema as never, create(schema as never, request as never)) as JsonObject;
}

/**
 * The same whenever the same is asked of the ledger as it stands, so that a delivery that was lost is not carried out
 * twice, whoever runs import again. Once the ledger has changed it is another one: then what is so already is not asked,
 * and what was refused may not be refused any more.
 */
export function commandIdOf(asking: Asking, position: string): string {
  const said = JSON.stringify([position, asking.name, requestJson(asking)]);
  return `import-${createHash('sha256').update(said).digest('hex').slice(0, 40)}`;
}
