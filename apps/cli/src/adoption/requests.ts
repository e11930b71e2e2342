// What import asks of the ledger, as requests of the contract; and their ids, which are made of what they say.
import { createHash } from 'node:crypto';
import { type JsonObject, create, toJson } from '@bufbuild/protobuf';
import { type OperationName, operations } from '@holdfast/api';
import {
  type AddressRequest,
  formatAddress,
  formatCidr,
  formatMac,
  formatRange,
  formatRetention,
} from '@holdfast/ipam';
import type { AdoptionOrder } from '@holdfast/kube';
import { FAMILY } from '../family';
import type { Request } from '../ledger';
import { toDuration } from '../format/span';

type Name = AdoptionOrder['type'];
/** One of the requests with its own operation's name. */
export type Asking = { [One in Name]: { readonly name: One; readonly request: Request<One> } }[Name];

export function askingOf(order: AdoptionOrder): Asking {
  switch (order.type) {
    case 'DefineSubnet':
      return { name: order.type, request: definitionRequest(order) };
    case 'DefinePool': {
      const { subnet, name, ranges, namespaces } = order;
      return {
        name: order.type,
        request: { subnet, name, ranges: ranges.map(formatRange), namespaces: [...namespaces] },
      };
    }
    case 'ReserveAddress': {
      const { subnet, holder, port = '', portSecurity = false } = order;
      return { name: order.type, request: { subnet, holder, port, portSecurity, ...wishRequest(order) } };
    }
    case 'ReserveVip': {
      const { subnet, name, vipType: type, namespace = '', selector, owner } = order;
      const importedFrom = owner && { resource: owner.resource, uid: owner.uid };
      return {
        name: order.type,
        request: {
          subnet,
          name,
          type,
          namespace,
          selector: [...selector],
          importedFrom,
          ...wishRequest(order),
        },
      };
    }
    case 'AttachUser': {
      const { subnet, holder, user, migrates = false } = order;
      const { object, uid, node = '', resourceVersion = '', port = '', owner = '' } = user;
      const request = { subnet, holder, migrates, object, uid, node, resourceVersion, port, owner };
      return { name: order.type, request };
    }
    case 'DetachUser': {
      const { subnet, holder, uid, owner: ownerState, reason } = order;
      return { name: order.type, request: { subnet, holder, uid, ownerState, reason } };
    }
    case 'ReleaseAddress': {
      const { subnet, holder, reason } = order;
      return { name: order.type, request: { subnet, holder, reason } };
    }
    case 'SetRetention': {
      const { subnet, holder, retention } = order;
      const said = retention ? { retention: formatRetention(retention) } : { noRetention: true };
      return { name: order.type, request: { subnet, holder, ...said } };
    }
  }
}

function definitionRequest(order: Extract<AdoptionOrder, { readonly type: 'DefineSubnet' }>) {
  const { subnet: name, cidrs, gateways = [], excluded = [], coolingMs = 0, router = '', retention } = order;
  return {
    ...{ name, router, cidrs: cidrs.map(formatCidr), excluded: excluded.map(formatRange) },
    ...(gateways.length > 0 ? { gateways: gateways.map(formatAddress) } : { noGateway: true }),
    ...(coolingMs > 0 && { cooling: toDuration(coolingMs) }),
    ...(retention && { retention: formatRetention(retention) }),
  };
}

function wishRequest({ v4, v6, mac, families = [] }: AddressRequest) {
  return {
    v4: v4 === undefined ? '' : formatAddress(v4),
    v6: v6 === undefined ? '' : formatAddress(v6),
    mac: mac === undefined ? '' : formatMac(mac),
    families: families.map((family) => (family === 4 ? FAMILY.ipv4 : FAMILY.ipv6)),
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
