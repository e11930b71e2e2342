// Where servers listen, as OVN writes it (ovsdb(7), "Active OVSDB connections").
import { OvsdbFault } from '../schema/fault';

export type Remote =
  | { readonly kind: 'unix'; readonly text: string; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly text: string; readonly host: string; readonly port: number };

/** IANA's port for OVSDB, meant where none is given. */
const PORT_DEFAULT = 6640;

/** An address in brackets or without colons, then perhaps a port. */
const HOST_PORT = /^(?:\[([^[\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/;

/**
 * Reads `unix:/path`, `tcp:host:port`, `ssl:host:port` (`[v6]` in brackets; port 6640 if none), or several
 * of them with commas between, as in `OVN_NB_DB`.
 * @throws OvsdbFault `invalid-remote`, which names the part that cannot be read.
 */
export function parseRemotes(text: string): readonly Remote[] {
  return text.split(',').map((part) => parseRemote(part.trim()));
}

function parseRemote(text: string): Remote {
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (kind === 'unix') {
    if (rest === '') throw invalid(text, 'no path behind unix:');
    return { kind, text, path: rest };
  }
  if (kind !== 'tcp' && kind !== 'ssl')
    throw invalid(text, 'it must be unix:/path, tcp:host:port or ssl:host:port');
  const match = HOST_PORT.exec(rest);
  if (!match) throw invalid(text, `it must be ${kind}:host:port, with brackets around an IPv6 address`);
  const port = match[3] === undefined ? PORT_DEFAULT : Number(match[3]);
  if (port < 1 || port > 65535) throw invalid(text, 'the port must be between 1 and 65535');
  return { kind, text, host: match[1] ?? match[2]!, port };
}

function invalid(text: string, why: string): OvsdbFault {
  return new OvsdbFault('invalid-remote', `cannot read the remote ${JSON.stringify(text)}: ${why}`);
}
